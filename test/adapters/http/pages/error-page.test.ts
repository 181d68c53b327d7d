import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { errorPolicy } from "../../../../src/adapters/http/pages/content-security-policy.ts";
import {
  renderError,
  renderErrorPage,
  renderNotFound,
} from "../../../../src/adapters/http/pages/errors/error-page.ts";
import { alice, anonymous } from "./sample.ts";

const page = (status: number, message = "A sentence.") => renderError({ status, message, requestId: "r-1" });

it("An error document is self-contained, with an inline style that its policy allows", () => {
  const html = page(500);
  const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(errorPolicy()).toContain(`style-src 'sha256-${hash}'`);
  expect(errorPolicy()).toMatch(/^default-src 'none'/);
  expect(html).not.toMatch(/<link|<script|<img|style=/);
});

it("An error document has the message, advice and the request's id", () => {
  const html = page(503, "No <b>answer</b>.");
  expect(html).toContain("No &lt;b&gt;answer&lt;/b&gt;.");
  expect(html).toContain("Reload this page");
  expect(html).toContain("<code>r-1</code>");
});

it("The advice for other statuses is about the request below 500, and about the server from 500 on", () => {
  expect(page(418)).toContain("Go back, check what you entered");
  expect(page(499)).toContain("Go back, check what you entered");
  expect(page(500)).toContain("The fault is the server&#39;s, not yours");
});

it("Only a 401 has a login link", () => {
  expect(page(401)).toContain('href="/login"');
  expect(renderError({ loginHref: anonymous.loginHref, status: 401, message: "", requestId: "" })).toContain(
    `href="${anonymous.loginHref}"`,
  );
  expect(page(403)).not.toContain("/login");
});

it("Only a 403 links to /whoami", () => {
  expect(page(403)).toContain('href="/whoami"');
  expect(page(401)).not.toContain("/whoami");
});

it("Only a 403 has the username", () => {
  const render = (status: number) => renderError({ status, message: "", requestId: "", username: "<b>olga" });
  expect(render(403)).toContain("You are logged in as <strong>&lt;b&gt;olga</strong>.");
  expect(render(404)).not.toContain("olga");
  expect(page(403)).not.toContain("logged in as");
});

it("The not-found page shows the path as text", () => {
  const html = renderNotFound({ layout: { ...anonymous, path: "//evil.example/<b>" } });
  expect(html).toContain("<code>//evil.example/&lt;b&gt;</code>");
  expect(html).not.toContain('href="//evil.example');
});

it("An error page has the same words in the frame, and a form where access can be asked for", () => {
  const content = { layout: alice, status: 403, message: "A sentence.", requestId: "r-1", username: "alice" };
  const plain = renderErrorPage(content);
  for (const part of [
    '<header class="bar">',
    "A sentence.",
    "You are logged in as <strong>alice</strong>.",
    "r-1",
  ])
    expect(plain).toContain(part);
  expect(plain).not.toContain("<textarea");
  const html = renderErrorPage({
    ...content,
    accessRequest: { group: "<b>", href: "/groups/%3Cb%3E/access-requests" },
  });
  expect(html).toContain('method="post" action="/groups/%3Cb%3E/access-requests"');
  expect(html).toContain("Ask for access to &lt;b&gt;");
});
