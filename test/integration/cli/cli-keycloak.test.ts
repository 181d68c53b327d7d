import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pinnedVersions } from "../../../docs/versions-table.ts";
import { simulateOutbreak } from "../../../src/app/sample/outbreak.ts";
import type { CommandLine, CommandResult } from "../../support/cli/command-line.ts";
import { administer } from "../../support/keycloak/keycloak-browser.ts";
import type { KeycloakSite } from "../../support/keycloak/keycloak-site.ts";
import { openKeycloakSite } from "../../support/keycloak/keycloak-site.ts";

const names = [
  "winter.json",
  "winter_root-sequence.json",
  "winter_tip-frequencies.json",
  "winter_measurements.json",
];
const story = '---\ntitle: Winter\ndataset: "https://example.org/groups/lab/winter"\n---\n\n# Grüße\n';

let site: KeycloakSite;
let erin: CommandLine;
let carol: CommandLine;
let group: string;

// Longer than Keycloak takes on a busy machine.
beforeAll(async () => {
  site = await openKeycloakSite({ erin: "editors", carol: undefined });
  [erin, carol] = [await site.terminal(), await site.terminal()];
  group = `${site.origin}/groups/lab`;
  const { files } = simulateOutbreak(42);
  for (const [type, content] of files) {
    await writeFile(join(erin.folder, type === "main" ? "winter.json" : `winter_${type}.json`), content);
  }
  await writeFile(join(erin.folder, "story.md"), story);
}, 400_000);
afterAll(() => site?.close(), 60_000);

const read = (name: string) => readFile(join(erin.folder, name));

const upload = (name = "again"): Promise<CommandResult> =>
  erin.nextstrain("remote", "upload", `${group}/${name}`, "winter.json");

const renew = (): Promise<CommandResult> => erin.nextstrain("login", "--renew", site.origin);

const renewed = () => ({
  code: 0,
  output: "",
  errors: `Renewed login credentials for ${site.origin} in ${erin.secrets}.\n`,
});

interface Named {
  readonly id: string;
  readonly name: string;
  readonly subGroups?: readonly Named[];
}

/** What an administrator does at Keycloak: erin is this in the group from now on, and nothing else. */
const makeErin = async (role: "owners" | "viewers"): Promise<void> => {
  const ask = (method: string, path: string) => administer(site.keycloak, method, path);
  const [user] = (await ask("GET", "/users?username=erin")) as Named[];
  const [lab] = (await ask("GET", "/groups?search=lab&exact=true")) as Named[];
  const roles = (await ask("GET", `/groups/${lab?.id}/children`)) as Named[];
  const held = (await ask("GET", `/users/${user?.id}/groups`)) as Named[];
  for (const { id } of held) await ask("DELETE", `/users/${user?.id}/groups/${id}`);
  await ask("PUT", `/users/${user?.id}/groups/${roles.find(({ name }) => name === role)?.id}`);
};

describe("with Keycloak, behind nginx, under the lab's own certificate authority", () => {
  test("login goes through Keycloak's form (CLI-3, CLI-5 to CLI-9, CLI-12 to CLI-18)", async () => {
    const ran = await erin.logIn(site.browser, site.origin, "erin");
    expect(ran.text).toContain(`Logged into ${site.origin} as erin.`);
    expect([ran.code, ran.errors]).toEqual([0, `Credentials for ${site.origin} saved to ${erin.secrets}.\n`]);
    const address = new URL(/^ {2}(https:.+)$/m.exec(ran.output)?.[1] ?? "");
    expect(address.href).toContain(`${site.keycloak.issuer}/protocol/openid-connect/auth?`);
    expect(address.searchParams.get("scope")?.split(" ").sort()).toEqual([
      "email",
      "offline_access",
      "openid",
      "profile",
    ]);
  });

  test("this is the Keycloak that the docs name", async () => {
    const [, version] = /^.*Keycloak (\S+) on JVM/m.exec(await site.keycloak.logs()) ?? [];
    expect(version).toBe(pinnedVersions().keycloak);
  });

  test("whoami shows what Keycloak says of somebody (CLI-18, CLI-21)", async () => {
    const head = `# Logged into ${site.origin} as…\nusername: erin\nemail: erin@lab.example\n`;
    expect(await erin.nextstrain("whoami", site.origin)).toMatchObject({
      code: 0,
      output: `${head}groups: \n  - /lab/editors\n`,
      errors: "",
    });
  });

  test("a private group takes uploads, lists them and gives them back (CLI-22 to CLI-31)", async () => {
    expect(await erin.nextstrain("remote", "upload", group, ...names, "story.md")).toMatchObject({
      code: 0,
      errors: "",
    });
    expect(await erin.nextstrain("remote", "ls", group)).toMatchObject({
      code: 0,
      output: `${group}/winter\n${group}/narratives/story\n`,
      errors: "",
    });
    const down = await Promise.all([
      erin.nextstrain("remote", "download", `${group}/winter`, "back.json"),
      erin.nextstrain("remote", "download", `${group}/narratives/story`, "back.md"),
    ]);
    expect(down.map(({ code, errors }) => [code, errors])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    for (const name of names) {
      expect((await read(name.replace("winter", "back"))).equals(await read(name)), name).toBe(true);
    }
    // As the CLI sends it: with the images that it embeds after two line breaks, here none.
    expect((await read("back.md")).toString()).toBe(`${story}\n\n`);
  });

  test("somebody whom Keycloak has in no group is told to ask (CLI-22)", async () => {
    expect((await carol.logIn(site.browser, site.origin, "carol")).code).toBe(0);
    expect((await carol.nextstrain("whoami", site.origin)).output).toContain("groups: \n  # (none)\n");
    const refused = await carol.nextstrain("remote", "ls", group);
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringContaining(
        "Permission denied. Are you logged in as the correct user? Current user: carol",
      ),
    ]);
  });

  test("a role that Keycloak has changed counts from the next renewal (CLI-20, CLI-21)", async () => {
    await makeErin("viewers");
    expect(await renew()).toMatchObject(renewed());
    expect((await erin.nextstrain("whoami", site.origin)).output).toContain("groups: \n  - /lab/viewers\n");
    const refused = await upload();
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringContaining("Permission denied. Are you logged in as the correct user? Current user: erin"),
    ]);
    expect((await erin.nextstrain("remote", "ls", group)).code).toBe(0);
    await makeErin("owners");
    // With a refresh token of the renewal before: each is good for one.
    expect(await renew()).toMatchObject(renewed());
    expect(await upload()).toMatchObject({ code: 0, errors: "" });
    expect(await erin.nextstrain("remote", "delete", `${group}/again`)).toMatchObject({
      code: 0,
      errors: "",
    });
  });

  test("a refresh token that was used is good for nothing, and says to log in again (CLI-20)", async () => {
    const before = await readFile(erin.secrets);
    expect(await renew()).toMatchObject(renewed());
    await writeFile(erin.secrets, before);
    expect(await renew()).toMatchObject({
      code: 1,
      errors: "Error: Renewal failed or not possible.  Please login again.\n",
    });
    expect((await erin.nextstrain("logout", site.origin)).code).toBe(0);
    expect((await erin.logIn(site.browser, site.origin, "erin")).code).toBe(0);
    expect((await erin.nextstrain("remote", "ls", group)).code).toBe(0);
  });

  test("logout leaves nobody logged in at this terminal (CLI-21)", async () => {
    const out = await erin.nextstrain("logout", site.origin);
    expect([out.code, out.errors]).toEqual([0, expect.stringContaining(`Logged out of ${site.origin}.\n`)]);
    expect((await erin.nextstrain("whoami", site.origin)).errors).toBe(
      `Error: Not logged in to ${site.origin}.\n`,
    );
    const refused = await erin.nextstrain("remote", "ls", group);
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringContaining(`Logging in with nextstrain login ${site.origin} might help?`),
    ]);
  });
});
