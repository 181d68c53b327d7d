import type { Container } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import { acceptsConnections } from "../nginx.ts";

/** Names of groups, by their members. */
export type Memberships = Readonly<Record<string, readonly string[]>>;

export interface StartedOpenldap extends Container {
  readonly port: number;
  /** Sets the groups of a person. */
  setGroups(person: string, groups: readonly string[]): Promise<void>;
}

export const ldapBase = "dc=lab,dc=example";
export const ldapAdmin = { dn: `cn=admin,${ldapBase}`, password: "an-admin-password-of-the-tests" };

const configuration = `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile /tmp/slapd.pid
database mdb
maxsize 16777216
directory /tmp/lab
suffix "${ldapBase}"
rootdn "${ldapAdmin.dn}"
rootpw ${ldapAdmin.password}
`;

const personDn = (name: string) => `uid=${name},ou=people,${ldapBase}`;
/** The slash in a group's name has no meaning in a DN. */
const groupDn = (name: string) => `cn=${name},ou=groups,${ldapBase}`;

const entry = (dn: string, attributes: readonly (readonly [string, string])[]): string =>
  [`dn: ${dn}`, ...attributes.map(([name, value]) => `${name}: ${value}`)].join("\n");

const person = (name: string, password: string): string =>
  entry(personDn(name), [
    ["objectClass", "inetOrgPerson"],
    ["uid", name],
    ["cn", name],
    ["sn", "Lab"],
    ["mail", `${name}@lab.example`],
    ["userPassword", password],
  ]);

/** Every `groupOfNames` needs a member, which is a person that does not exist. */
const group = (name: string, people: readonly string[]): string =>
  entry(groupDn(name), [
    ["objectClass", "groupOfNames"],
    ["cn", name],
    ...["nobody", ...people].map((member) => ["member", personDn(member)] as const),
  ]);

const directory = (memberships: Memberships, password: string, groups: readonly string[]): string => {
  const members = (name: string) =>
    Object.entries(memberships).flatMap(([one, theirs]) => (theirs.includes(name) ? [one] : []));
  return [
    entry(ldapBase, [
      ["objectClass", "dcObject"],
      ["objectClass", "organization"],
      ["o", "Lab"],
      ["dc", "lab"],
    ]),
    ...["people", "groups"].map((name) =>
      entry(`ou=${name},${ldapBase}`, [
        ["objectClass", "organizationalUnit"],
        ["ou", name],
      ]),
    ),
    ...Object.keys(memberships).map((name) => person(name, password)),
    ...groups.map((name) => group(name, members(name))),
    "",
  ].join("\n\n");
};

const changes = (name: string, before: readonly string[], after: readonly string[]): string => {
  const change = (kind: "add" | "delete") => (of: string) =>
    `dn: ${groupDn(of)}\nchangetype: modify\n${kind}: member\nmember: ${personDn(name)}\n`;
  const removed = before.filter((of) => !after.includes(of)).map(change("delete"));
  const added = after.filter((of) => !before.includes(of)).map(change("add"));
  return [...removed, ...added].join("\n");
};

/** Starts an LDAP directory on 127.0.0.1, in which all people have the same password. */
export const startOpenldap = async (memberships: Memberships, password: string): Promise<StartedOpenldap> => {
  const port = await freePort();
  const url = `ldap://127.0.0.1:${port}`;
  const now = new Map(Object.entries(memberships));
  const groups = [...new Set(Object.values(memberships).flat())];
  const slapd = `slapd -f /etc/lab.conf -h ${url} -d 0`;
  const container = await startContainer({
    image: "openldap",
    entrypoint: ["/bin/sh", "-c"],
    command: [
      `[ -d /tmp/lab ] || (mkdir /tmp/lab && slapadd -f /etc/lab.conf -l /etc/lab.ldif); exec ${slapd}`,
    ],
    files: [
      { path: "/etc/lab.conf", content: configuration },
      { path: "/etc/lab.ldif", content: directory(memberships, password, groups) },
    ],
    healthCheck: () => acceptsConnections(port),
  });
  return {
    ...container,
    port,
    setGroups: async (name, after) => {
      const ldif = changes(name, now.get(name) ?? [], after);
      const bind = `-x -H ${url} -D ${ldapAdmin.dn} -w ${ldapAdmin.password}`;
      await container.exec(["sh", "-c", `printf '%s' "$1" | ldapmodify ${bind}`, "sh", ldif]);
      now.set(name, after);
    },
  };
};
