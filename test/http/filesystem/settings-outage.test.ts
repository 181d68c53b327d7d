import { rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf, browserOf } from "../../support/sessions/callers.ts";

const server = testServer();
const settings = "/groups/test-private/settings";

test.each([settings, `${settings}/overview/preview`])(
  "what was typed stands on the page of an outage, whose cause is logged: %s",
  async (path) => {
    const owner = await browserOf(server, "owner", "test-private");
    const stored = { ...(await bearerOf(server, "owner", "test-private")), "Content-Type": "text/markdown" };
    await server.ask({ method: "PUT", path: `${settings}/overview`, headers: stored, body: "Hello" });
    const objects = join(server.folder, "data", "objects");
    await rename(objects, `${objects}-away`);
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const body = "base=&title=Winter&text=Words+%26+more.";
    const answer = await owner.ask({ method: "POST", path, headers, body });
    await rename(`${objects}-away`, objects);
    expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
    for (const text of ['value="Winter"', "Words &amp; more.</textarea>", "What you typed is still here."])
      expect(answer.text).toContain(text);
    expect(server.events).toContainEqual(
      expect.objectContaining({ event: "request-failed", code: "store-down", cause: expect.any(Error) }),
    );
  },
);
