import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectRecords } from "../../../src/adapters/records/object-records.ts";
import { parseRecordId } from "../../../src/domain/records/record.ts";
import { browser } from "../../support/browser/browser.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

const never = new AbortController().signal;

let server: RunningServer;
let opened: Awaited<ReturnType<RunningServer["stored"]["openRecords"]>>;
beforeAll(async () => {
  server = await startServer();
  opened = await server.stored.openRecords();
});
afterAll(async () => {
  await opened.store.close();
  await server.close();
});

const logIn = async (sub: string, username: string) => {
  server.provider.setPerson({ sub, username, groups: [] });
  await browser(server).logIn();
};

const recordOf = async (username: string) => {
  const id = parseRecordId(username) ?? expect.unreachable();
  const records = objectRecords(opened.store, opened.root);
  return (await records.read({ kind: "people", id }, never))?.value;
};

describe("a login with a browser", () => {
  const today = new Date().toISOString().slice(0, 10);

  test.each(["alice", "Alice", "LAB\\bo/b@lab.example", "zoë"])("is recorded of %s", async (username) => {
    await logIn(`of ${username}`, username);
    await expect.poll(() => recordOf(username)).toMatchObject({ schema: 1, username });
    expect(await recordOf(username)).toMatchObject({
      issuer: server.provider.issuer,
      subject: `of ${username}`,
      lastSignIn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    });
    expect(String((await recordOf(username))?.["lastSignIn"]) >= today).toBe(true);
  });

  test("is recorded anew when another person has the username", async () => {
    await logIn("first", "carol");
    await expect.poll(() => recordOf("carol")).toMatchObject({ subject: "first" });
    await logIn("second", "carol");
    await expect.poll(() => recordOf("carol")).toMatchObject({ subject: "second" });
  });

  test("leaves nothing at an address of the server", async () => {
    for (const path of ["/groups/.groups-server", "/groups/.groups-server/records/people/alice"]) {
      expect((await server.ask({ path, headers: { Accept: "application/json" } })).status).toBe(401);
    }
  });
});
