import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";
import { comeBack, sessionCookie, username } from "../../support/sessions/sessions.ts";

const server = testServer();

/** A file stands where the sessions were, so that none can be stored; the index of sessions is as it was. */
const withoutSessions = async (work: () => Promise<void>): Promise<void> => {
  const folder = join(server.folder, "data", "sessions");
  await rename(folder, `${folder}-away`);
  await writeFile(folder, "");
  try {
    await work();
  } finally {
    await rm(folder);
    await rename(`${folder}-away`, folder);
  }
};

test("a login whose session cannot be stored is an outage, and leaves no refresh token alive", async () => {
  const { provider } = server;
  await browser(server).logIn();
  const visitor = browser(server);
  const begun = await visitor.ask("/login");
  await withoutSessions(async () => {
    const answer = await comeBack(server, visitor, begun.headers["location"]);
    expect([answer.status, answer.headers["retry-after"] !== undefined]).toEqual([503, true]);
    expect(visitor.cookies.has(sessionCookie)).toBe(false);
    expect(provider.state.grants.countValid(provider.state.person.sub)).toBe(2);
  });
  await vi.waitFor(() => expect(provider.state.grants.countValid(provider.state.person.sub)).toBe(1), {
    timeout: 5000,
  });
  await visitor.logIn();
  expect(await username(visitor)).toBe("alice");
});
