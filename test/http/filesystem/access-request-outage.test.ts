import { rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();

test("a request for access is answered while the records are away, and passed on once they are back", async () => {
  const owner = { Authorization: await server.bearer("olivia", "test-private/owners") };
  const ask = async (username: string, group: string) => {
    const headers = { Authorization: await server.bearer(username) };
    return server.ask({ method: "POST", path: `/groups/${group}/access-requests`, headers });
  };
  const path = "/groups/test-private/settings/access-requests";
  const usernames = async () => {
    const { text } = await server.ask({ path, headers: owner });
    const found: { requests?: readonly { username: string }[] } = JSON.parse(text);
    return found.requests?.map(({ username }) => username);
  };
  const whole = await ask("bob", "test-private");
  await expect.poll(usernames).toEqual(["bob"]);
  const records = join(server.folder, "data", "records");
  await rename(records, `${records}-away`);
  const answers = [await ask("erin", "test-private"), await ask("erin", "test-unknown")];
  const failure = { event: "background", what: "passing a request for access on" };
  await expect.poll(() => server.events).toContainEqual(expect.objectContaining(failure));
  await rename(`${records}-away`, records);
  for (const { status, text } of answers) expect([status, text]).toEqual([202, whole.text]);
  await expect.poll(usernames, { timeout: 5000 }).toEqual(["bob", "erin"]);
});
