import { describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { testServer } from "../../support/server/test-server.ts";
import { username } from "../../support/sessions/sessions.ts";

const server = testServer();

/** Malformed records that other versions, other programs or accidents may leave. */
const shapes: readonly (readonly [string, string])[] = [
  ["a login that is a text", '{"login":"alice"}'],
  ["a login without tokens", '{"login":{"username":"alice","since":1}}'],
  ["a login whose tokens are an object", '{"login":{"username":"alice","since":1,"sealedTokens":{}}}'],
  ["a login whose time is a text", '{"login":{"username":"alice","since":"now","sealedTokens":"x"}}'],
  ["a login that names nobody", '{"login":{"username":null,"since":1,"sealedTokens":"x"}}'],
  [
    "a login whose person is a text",
    '{"login":{"username":"alice","since":1,"person":"alice","sealedTokens":"x"}}',
  ],
  [
    "a login whose person has no issuer",
    '{"login":{"username":"alice","since":1,"person":{"subject":"1"},"sealedTokens":"x"}}',
  ],
  ["a login that is a list", '{"login":[]}'],
  ["half of it", '{"login":{"username":"ali'],
];

describe("a malformed session record", () => {
  test.each(shapes)(
    "is as no session, on every page and at a logout, and the operator is told: %s",
    async (_, shape) => {
      const visitor = browser(server);
      const before = await server.stored.sessions();
      await visitor.logIn();
      const [[name, record] = ["", ""]] = [...(await server.stored.sessions())].filter(
        ([each]) => !before.has(each),
      );
      server.events.splice(0);
      await server.stored.overwriteSession(
        name,
        record.replace(/\{.*\}/s, () => shape),
      );
      for (const path of ["/", "/groups", "/groups/blab", "/whoami"]) {
        expect([200, 302], path).toContain((await visitor.ask(path)).status);
      }
      expect(await username(visitor)).toBeNull();
      expect((await visitor.ask("/logout")).status).toBe(302);
      const errors = server.events.filter(({ event }) => event === "background");
      expect(errors).toEqual([expect.objectContaining({ what: "reading a session" })]);
      await visitor.logIn();
      expect(await username(visitor)).toBe("alice");
    },
  );
});
