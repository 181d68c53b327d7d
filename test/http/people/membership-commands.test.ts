import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import type { RecordId } from "../../../src/domain/records/record.ts";
import { browser } from "../../support/browser/browser.ts";
import { run } from "../../support/containers/command.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

// Each command is a process that starts.
vi.setConfig({ testTimeout: 90_000 });

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));

/** Runs a command of the program beside the running server, with the same settings. */
const command = (server: RunningServer, ...args: string[]): Promise<string> =>
  run(process.execPath, [program, ...args], { seconds: 30, env: server.environment });

const grant = async (server: RunningServer, role: string, username: string): Promise<void> => {
  const Authorization = await server.bearer("olivia", "test-private/owners");
  const path = `/groups/test-private/settings/roles/${role}/members/${username}`;
  const { status } = await server.ask({ method: "PUT", path, headers: { Authorization } });
  expect(status).toBe(204);
};

const privateStatus = async (server: RunningServer, username: string): Promise<number> => {
  const headers = { Authorization: await server.bearer(username), Accept: "application/json" };
  return (await server.ask({ path: "/groups/test-private", headers })).status;
};

const logIn = async (server: RunningServer, username: string): Promise<void> => {
  server.provider.setPerson({ sub: `${username} at ${server.provider.issuer}`, username, groups: [] });
  await browser(server).logIn();
};

describe("memberships rebind", () => {
  let [former, present]: RunningServer[] = [];
  beforeAll(async () => {
    former = await startServer();
    present = await startServer({ folder: former.folder, provider: await stubProvider() });
  });
  afterAll(async () => {
    await present?.close();
    await present?.provider.close();
    await former?.close();
  });

  test("gives those of a new provider what they had, after it has said what it will do", async () => {
    if (!former || !present) return expect.unreachable();
    await grant(former, "editors", "erin");
    await grant(former, "viewers", "amy");
    expect(await privateStatus(former, "erin")).toBe(200);
    expect(await privateStatus(former, "amy")).toBe(200);
    await logIn(present, "erin");
    const erinsStatus = async () => {
      const sub = `erin at ${present?.provider.issuer}`;
      const token = await present?.provider.idToken({ sub, preferred_username: "erin", groups: [] });
      const headers = { Authorization: `Bearer ${token}`, Accept: "application/json" };
      return (await present?.ask({ path: "/groups/test-private", headers }))?.status;
    };
    expect(await erinsStatus()).toBe(403);
    const rows =
      /^"amy" {2}test-private\/viewers {2}waits .*\n"erin" {2}test-private\/editors {2}goes to who logged in .*\n/;
    await expect.poll(() => command(present as RunningServer, "memberships", "rebind")).toMatch(rows);
    expect(await command(present, "memberships", "rebind")).toMatch(
      /Nothing was changed: --yes does this\.\n$/,
    );
    expect(await erinsStatus()).toBe(403);
    expect(await command(present, "memberships", "rebind", "--yes", "--username", "erin")).toMatch(
      /^"erin" .*\nDone\.\n$/,
    );
    await expect.poll(erinsStatus, { timeout: 10_000 }).toBe(200);
    expect(await privateStatus(present, "amy")).toBe(403);
    await command(present, "memberships", "rebind", "--yes", "--group", "Test-Private");
    await expect.poll(() => privateStatus(present as RunningServer, "amy"), { timeout: 10_000 }).toBe(200);
    await expect(command(present, "memberships", "rebind", "--yes")).rejects.toThrow(
      /failed \(3\).*nothing was changed/s,
    );
  });

  test("is refused where there is nothing that it could mean", async () => {
    const embedded = await startServer({ embedded: true });
    await expect(command(embedded, "memberships", "rebind")).rejects.toThrow(/failed \(1\).*demo accounts/s);
    await embedded.close();
    const strict = await startServer({ environment: { MEMBERSHIPS: "provider" } });
    await expect(command(strict, "memberships", "rebind")).rejects.toThrow(/failed \(1\).*MEMBERSHIPS/s);
    await strict.close();
  });

  test("is for administrators, too, where all roles come from the provider", async () => {
    const environment = { MEMBERSHIPS: "provider", ADMINISTRATORS: '["ada"]' };
    const before = await startServer({ environment });
    const after = await startServer({ environment, folder: before.folder, provider: await stubProvider() });
    const administers = async (server: RunningServer): Promise<number> => {
      const headers = { Authorization: await server.bearer("ada"), Accept: "application/json" };
      return (await server.ask({ path: "/admin/groups", headers })).status;
    };
    expect(await administers(before)).toBe(200);
    expect(await administers(after)).toBe(403);
    await expect
      .poll(() => command(after, "memberships", "rebind"))
      .toMatch(/^"ada" {2}administrator {2}goes to who logged in .*\n/);
    await command(after, "memberships", "rebind", "--yes");
    await expect.poll(() => administers(after), { timeout: 10_000 }).toBe(200);
    await after.close();
    await after.provider.close();
    await before.close();
  });
});

/** As if whoever had given the role were no owner any more. */
const makeOwner = async ({ stored }: RunningServer, username: string): Promise<void> => {
  const { store, root } = await stored.openRecords();
  const membership = { username, role: "owners", addedBy: "olivia", addedAt: Date.now() / 1000 };
  const key = { kind: "memberships", id: "test-private" as RecordId } as const;
  const value = { schema: 1, memberships: [membership] };
  await objectRecords(store, root).write(key, value, "any", new AbortController().signal);
  await store.close();
};

/** Makes an invitation; returns its last day. */
const invite = async (server: RunningServer, by: string): Promise<string> => {
  const headers = { Authorization: await server.bearer(by), "Content-Type": "application/json" };
  const path = "/groups/test-private/settings/invitations";
  const { status } = await server.ask({ method: "POST", path, headers, body: '{"role": "viewers"}' });
  expect(status).toBe(201);
  const { invitations } = JSON.parse((await server.ask({ path, headers })).text);
  return invitations[0].expires;
};

describe("sessions end", () => {
  let server: RunningServer | undefined;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => server?.close());

  test("says what else somebody holds, and ends it when that is wanted", async () => {
    if (!server) return expect.unreachable();
    await makeOwner(server, "erin");
    expect(await privateStatus(server, "erin")).toBe(200);
    const expires = await invite(server, "erin");
    const invitation = `an invitation to test-private/viewers, open until ${expires}`;
    server.provider.setPerson({ sub: "erin", username: "erin", groups: [] });
    await browser(server).logIn();
    expect(await command(server, "sessions", "end", "erin")).toBe(
      'Ended 1 session of "erin".\n' +
        `"erin" holds here:\n  test-private/owners\n  ${invitation}\nThat goes on: --memberships ends it.\n`,
    );
    await expect(command(server, "end-sessions", "erin")).rejects.toThrow(
      /failed \(3\).*no session here; nothing was ended/s,
    );
    // A token of the second in which the sessions ended counts as one of before.
    await expect.poll(() => privateStatus(server as RunningServer, "erin"), { timeout: 10_000 }).toBe(200);
    expect(await command(server, "sessions", "end", "--memberships", "erin")).toBe(
      `Ended what "erin" held here:\n  test-private/owners\n  ${invitation}\n` +
        "test-private has no owner now: an administrator can appoint one.\n",
    );
    await expect.poll(() => privateStatus(server as RunningServer, "erin"), { timeout: 10_000 }).toBe(403);
  });
});
