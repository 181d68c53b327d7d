import { describe, expect, test } from "vitest";
import { type Browser, loggedInBrowser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";

const server = testServer();

const privatePage = "/groups/test-private";

const loggedIn = () => loggedInBrowser(server);

const status = async (visitor: Browser, path: string): Promise<number> => (await visitor.ask(path)).status;

describe("tokens in a session's record", () => {
  const record = async (before: ReadonlyMap<string, string>) => {
    const [found] = [...(await server.stored.sessions())].filter(([path]) => !before.has(path));
    if (found === undefined) throw new Error("no new session was stored");
    return {
      path: found[0],
      text: found[1],
      login: JSON.parse(found[1].slice(found[1].indexOf("{"))).login as { sealedTokens: string },
    };
  };
  const logInAs = async (name: string) => {
    const before = await server.stored.sessions();
    server.provider.setPerson({ sub: name, username: name, groups: ["test-private/viewers"] });
    const visitor = await loggedIn();
    return { visitor, ...(await record(before)) };
  };
  const damage = (text: string) =>
    text.replace(/^(.{40})(.)/, (_, head, c) => head + (c === "A" ? "B" : "A"));

  test("are encrypted", async () => {
    const { text } = await logInAs("alice");
    expect(text).not.toMatch(/eyJ|an-access-token|refresh/);
  });

  test("that are damaged lead to a new login, not to an error", async () => {
    const { visitor, path, text, login } = await logInAs("alice");
    await server.stored.overwriteSession(path, text.replace(login.sealedTokens, damage(login.sealedTokens)));
    expect(await status(visitor, privatePage)).toBe(302);
    expect(await status(visitor, "/groups/blab")).toBe(200);
    await visitor.logIn();
    expect(await status(visitor, privatePage)).toBe(200);
  });

  test("that were copied from another session cannot be decrypted", async () => {
    const victim = await logInAs("alice");
    const thief = await logInAs("mallory");
    await server.stored.overwriteSession(
      thief.path,
      thief.text.replace(thief.login.sealedTokens, victim.login.sealedTokens),
    );
    expect(await username(thief.visitor)).toBeNull();
    expect(await username(victim.visitor)).toBe("alice");
  });

  test("in a record that is not valid JSON lead to a new login", async () => {
    const { visitor, path } = await logInAs("alice");
    await server.stored.overwriteSession(path, "{ no JSON");
    expect(await status(visitor, privatePage)).toBe(302);
    await visitor.logIn();
    expect(await username(visitor)).toBe("alice");
  });
});
