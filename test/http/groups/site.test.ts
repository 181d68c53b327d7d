import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

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

describe("the lab's own logo and colour", () => {
  const svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let own: RunningServer;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const logo = join(folder.path, "logo.svg");
    await writeFile(logo, svg);
    own = await startServer({ environment: { SITE_LOGO: logo, ACCENT_COLOR: "#B00020" } });
  });
  afterAll(async () => {
    await own.close();
    await folder.remove();
  });

  test.each(["/groups", "/groups/blab", "/edit/narratives", "/no/such/page"])(
    "are in the frame of %s",
    async (path) => {
      const { text } = await own.ask({ path, headers: { Accept } });
      expect(text).toMatch(/<img class="site-logo" src="\/assets\/logo\.[^"]+\.svg" alt="">/);
      expect(text).toMatch(/<link rel="stylesheet" href="\/assets\/accent\.[^"]+\.css">/);
    },
  );

  test("are served as immutable assets, and a script in the logo does not run", async () => {
    const { text } = await own.ask({ path: "/groups", headers: { Accept } });
    const [logo = "", style = ""] = [/\/assets\/logo[^"]+/, /\/assets\/accent[^"]+/].map(
      (pattern) => pattern.exec(text)?.[0],
    );
    const shown = await own.ask({ path: logo });
    expect([shown.status, shown.text]).toEqual([200, svg]);
    expect(shown.headers["content-type"]).toBe("image/svg+xml; charset=utf-8");
    expect(shown.headers["content-security-policy"]).toMatch(/^default-src 'none'.*sandbox/);
    expect(shown.headers["x-content-type-options"]).toBe("nosniff");
    expect(shown.headers["cache-control"]).toContain("immutable");
    const styled = await own.ask({ path: style });
    expect([styled.status, styled.headers["content-type"]]).toEqual([200, "text/css; charset=utf-8"]);
    expect(styled.text).toContain("--accent:#b00020");
  });

  test("are no assets of a server that has none", async () => {
    const { text } = await plain.ask({ path: "/groups", headers: { Accept } });
    expect(text).not.toMatch(/site-logo|\/assets\/(logo|accent)\./);
  });
});

describe("the guide", () => {
  test.each([
    "/groups",
    "/groups/blab",
    "/groups/test-private",
    "/whoami",
    "/edit/narratives",
    "/no/such/page",
  ])("is linked on %s", async (path) => {
    const visitor = browser(server);
    await visitor.logIn();
    expect((await visitor.ask(path)).text).toContain('href="/help"');
  });

  test("is on the server", async () => {
    const { status, text } = await server.ask({ path: "/help", headers: { Accept } });
    expect(status).toBe(200);
    expect(text).toContain('<h2 id="with-the-nextstrain-cli">');
    expect(text).toContain("nextstrain remote upload");
    expect(text).toContain(contact);
    for (const [, href = ""] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      expect(href).toMatch(/^(https?:|mailto:|\/|#)/);
      if (href.startsWith("#") && href !== "#content") expect(text).toContain(`id="${href.slice(1)}"`);
    }
  });
});
