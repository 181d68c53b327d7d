import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";

const environment = {
  SITE_TITLE: "Lake & Shore",
  CONTACT: "help@lab.example",
  IMPRINT_URL: "https://lab.example/imprint",
  PRIVACY_URL: "https://lab.example/privacy",
};

let server: RunningServer;
let plain: RunningServer;
beforeAll(async () => {
  [server, plain] = await Promise.all([startServer({ environment }), startServer()]);
});
afterAll(() => Promise.all([server.close(), plain.close()]));

const Accept = "text/html";
const contact = '<a href="mailto:help@lab.example">help@lab.example</a>';

describe("what the operator says of the site", () => {
  test.each(["/groups", "/groups/blab", "/whoami", "/groups/blab/no/such/dataset", "/no/such/page"])(
    "is at the head and the foot of %s",
    async (path) => {
      const { text } = await server.ask({ path, headers: { Accept } });
      expect(text).toContain(" · Lake &amp; Shore</title>");
      expect(text).toContain(`Contact: ${contact}`);
      expect(text).toContain('<a href="https://lab.example/imprint">Imprint</a>');
      expect(text).toContain('<a href="https://lab.example/privacy">Privacy</a>');
    },
  );

  test("is in errors, with whom to ask", async () => {
    const visitor = browser(server);
    await visitor.logIn();
    const { status, text } = await visitor.ask("/groups/test-private");
    expect(status).toBe(403);
    expect(text).toContain(" · Lake &amp; Shore</title>");
    expect(text).toContain(`contact ${contact}`);
  });

  test("is in Auspice's bar", async () => {
    const { text } = await server.ask({ path: "/edit/narratives", headers: { Accept } });
    expect(text).toContain("<span>Lake &amp; Shore</span>");
  });

  test("is a title alone where nothing else was set", async () => {
    const { text } = await plain.ask({ path: "/groups", headers: { Accept } });
    expect(text).toContain(" · Nextstrain Groups</title>");
    expect(text).not.toMatch(/About this site|Contact:|Imprint|Privacy/);
  });
});

describe("the list of groups", () => {
  test("is introduced to visitors, and not to who is logged in", async () => {
    const visitor = browser(server);
    expect((await visitor.ask("/groups")).text).toContain('class="hero"');
    await visitor.logIn();
    const { text } = await visitor.ask("/groups");
    expect(text).not.toContain('class="hero"');
    expect(text.match(/<h1[ >]/g)).toHaveLength(1);
  });
});

describe("robots.txt", () => {
  test("keeps search engines away from what is for programs and logins, whoever asks", async () => {
    const answer = await server.ask({ path: "/robots.txt", headers: { Cookie: "nextstrain.org-session=x" } });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.headers["cache-control"]).toBe("public, max-age=86400");
    expect(answer.cookies).toEqual([]);
    const lines = answer.text.trimEnd().split("\n");
    expect(lines[0]).toBe("User-agent: *");
    expect(lines).toContain("Disallow: /charon/");
    expect(lines).not.toContain("Disallow: /");
    expect((await server.ask({ method: "DELETE", path: "/robots.txt" })).status).toBe(404);
  });
});
