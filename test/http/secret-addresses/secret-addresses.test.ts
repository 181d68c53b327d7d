import { describe, expect, test } from "vitest";
import { testServer } from "../../support/server/test-server.ts";

const server = testServer();
const secret = "s3cret-of-an-invitation";

describe("an address with a secret", () => {
  test.each([
    ["a page", { Accept: "text/html" }],
    ["JSON", { Accept: "application/json" }],
    ["an answer before routes", { Host: "a b" }],
    ["an answer to a bad token", { Authorization: "Bearer none" }],
  ])("is answered with no-referrer, and is masked in the log: %s", async (_, headers) => {
    const before = server.events.length;
    const answer = await server.ask({ path: `/invitations/${secret}`, headers });
    expect(answer.headers["referrer-policy"]).toBe("no-referrer");
    expect(answer.headers["cache-control"]).toBe("private, no-store");
    const logged = server.events.slice(before);
    expect(logged).toContainEqual(expect.objectContaining({ event: "request", path: "/invitations/***" }));
    expect(JSON.stringify(logged)).not.toContain(secret);
  });

  test("is not shown on a page, nor given to the login as a parameter", async () => {
    const headers = { Accept: "text/html" };
    const { text } = await server.ask({ path: `/invitations/${secret}?a=b`, headers });
    expect(text).not.toContain("return_to");
    expect(text.replaceAll(`href="/invitations/${secret}?a=b"`, "")).not.toContain(secret);
  });
});
