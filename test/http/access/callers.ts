import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import { dayOf } from "../../../src/domain/calendar-day.ts";
import type { Role } from "../../../src/domain/identity/role.ts";
import type { RecordId } from "../../../src/domain/records/record.ts";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import type { ManualClock } from "../../support/measuring/manual-clock.ts";
import type { RunningServer } from "../../support/server/running-server.ts";

/** Who asks: with which role of the provider, or with what that was given here. The last are served as anonymous. */
export const callerKinds = [
  "anonymous",
  "outsider",
  "viewer",
  "editor",
  "owner",
  "viewer by membership",
  "editor by membership",
  "owner by membership",
  "awaited, by the first request",
  "member whose last day is over",
  "one of whom another is awaited",
  "one whose username was another's",
  "one who has been invited",
  "administrator without a role",
  "unverified",
] as const;
export type CallerKind = (typeof callerKinds)[number];

/** The role that counts. */
export const roleOf = (kind: CallerKind): Role | undefined => {
  switch (kind) {
    case "viewer":
    case "viewer by membership":
    case "awaited, by the first request":
      return "viewers";
    case "editor":
    case "editor by membership":
      return "editors";
    case "owner":
    case "owner by membership":
      return "owners";
    default:
      return undefined;
  }
};

export const usernameOf = (kind: CallerKind): string => kind.replaceAll(/\W+/g, "-");

export const administrator = usernameOf("administrator without a role");

/** The role groups that the provider names. */
const roleGroupsOf = (kind: CallerKind, group: string): readonly string[] => {
  if (kind === "outsider") return ["other/owners"];
  if (kind === "unverified") return [`${group}/viewers`];
  return ["viewer", "editor", "owner"].includes(kind) ? [`${group}/${kind}s`] : [];
};

/** What has been given in a group, as it is before each caller comes. Other instances' copies are five seconds old. */
export const giveRoles = async (server: RunningServer, clock: ManualClock, group: string): Promise<void> => {
  const { issuer } = server.provider.state;
  const membership = (kind: CallerKind, role: Role, more: object = {}) => {
    const username = usernameOf(kind);
    const given = { username, role, addedBy: "olivia", addedAt: clock.now() };
    return { ...given, subject: { issuer, subject: username }, ...more };
  };
  const memberships = [
    membership("viewer by membership", "viewers"),
    membership("editor by membership", "editors"),
    membership("owner by membership", "owners"),
    membership("awaited, by the first request", "viewers", { subject: undefined }),
    membership("member whose last day is over", "owners", { until: dayOf(clock.now() - 86_400) }),
    membership("one of whom another is awaited", "owners", { subject: undefined, username: "another" }),
    membership("one whose username was another's", "owners", { subject: { issuer, subject: "another" } }),
    membership("owner", "owners", { username: "olivia", subject: { issuer, subject: "olivia" } }),
  ];
  const { store, root } = await server.stored.openRecords();
  const key = { kind: "memberships", id: group as RecordId } as const;
  await objectRecords(store, root).write(
    key,
    JSON.parse(JSON.stringify({ schema: 1, memberships })),
    "any",
    new AbortController().signal,
  );
  await store.close();
  clock.pass(6);
};

/** Invites somebody into a group, as one of its owners. Returns the path of the invitation, which is a secret. */
export const invite = async (server: RunningServer, group: string): Promise<string> => {
  const Authorization = await server.bearer("olivia", `${group}/owners`);
  const headers = { Authorization, "Content-Type": "application/json" };
  const path = `/groups/${group}/settings/invitations`;
  const { text } = await server.ask({ method: "POST", path, headers, body: '{"role": "owners"}' });
  return new URL(JSON.parse(text).url).pathname;
};

/** Request headers of a client with a Bearer token, like the CLI. */
export const bearerOf = async (
  server: RunningServer,
  kind: CallerKind,
  group: string,
): Promise<Readonly<Record<string, string>>> =>
  kind === "anonymous"
    ? {}
    : { Authorization: await server.bearer(usernameOf(kind), ...roleGroupsOf(kind, group)) };

/** A browser in which this kind of caller is logged in. */
export const browserOf = async (server: RunningServer, kind: CallerKind, group: string): Promise<Browser> => {
  const visitor = browser(server);
  if (kind === "anonymous") return visitor;
  const username = usernameOf(kind);
  server.provider.setPerson({ sub: username, username, groups: roleGroupsOf(kind, group) });
  await visitor.logIn();
  return visitor;
};
