import { describe, expect, it } from "vitest";
import { imagePolicies } from "../../../../../src/adapters/http/groups/overview/image-policy.ts";
import { renderMarkdown } from "../../../../../src/adapters/http/groups/overview/markdown.ts";

const html = (markdown: string, images = imagePolicies(["*"])(undefined)): string => {
  const rendered = renderMarkdown({ markdown, images });
  return rendered.kind === "html" ? rendered.html.trim() : `refused: ${rendered.reason}`;
};

describe("An overview's Markdown", () => {
  it("becomes text, lists, tables and code", () => {
    expect(html("We *sequence*.\n\n- a\n- b")).toBe(
      "<p>We <em>sequence</em>.</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>",
    );
    expect(html("| a |\n|---|\n| 1 |")).toContain("<td>1</td>");
    expect(html("`x < y`")).toBe("<p><code>x &lt; y</code></p>");
  });

  it("has task lists without form fields", () => {
    expect(html("- [x] a\n- [ ] b")).toBe(
      "<ul>\n<li><span>☑</span> a</li>\n<li><span>☐</span> b</li>\n</ul>",
    );
  });

  it("has its headings demoted by one level", () => {
    expect(html("# a\n\n### b\n\n###### c")).toBe("<h2>a</h2>\n<h4>b</h4>\n<h6>c</h6>");
  });

  it("opens external links in a new tab, without opener and Referer", () => {
    const rel = 'target="_blank" rel="noopener noreferrer nofollow"';
    expect(html("[x](https://a.example/b)")).toBe(`<p><a href="https://a.example/b" ${rel}>x</a></p>`);
    expect(html("<a href='/\\a.example' target=_self rel=opener>x</a>")).toContain(rel);
    expect(html("[x](/groups/demo)")).toBe('<p><a href="/groups/demo">x</a></p>');
  });

  it("loads images of other hosts without Referer", () => {
    expect(html("![a](https://a.example/b.png)")).toBe(
      '<p><img src="https://a.example/b.png" alt="a" loading="lazy" referrerpolicy="no-referrer" /></p>',
    );
    expect(html("<img src='data:image/png;base64,AAAA'>")).toContain('src="data:image/png;base64,AAAA"');
  });

  it("replaces blocked images by a sentence", () => {
    const none = imagePolicies([])(undefined);
    const why = "this server does not show images from there.";
    expect(html("![Cases](https://a.example/b.png)", none)).toBe(
      `<p><em>An image from a.example (Cases) is not shown: ${why}</em></p>`,
    );
    expect(html('<img src="//a.example/b.png" alt="<b>">', none)).toBe("<em>&lt;b&gt;</em>");
    expect(html('<img src="https://a.example:8443/b.png" alt="<b>x</b>">', none)).toBe(
      `<em>An image from a.example:8443 (&lt;b&gt;x&lt;/b&gt;) is not shown: ${why}</em>`,
    );
    expect(html("![](http://a.example/b.png)")).toContain("An image from a.example is not shown: ");
    expect(html("<img src='data:image/png;base64,AAAA'>", none)).toContain("data:image/png");
  });
});

const malicious: Record<string, [markdown: string, safe: string]> = {
  "a script": ["a <script>alert(1)</script> b", "<p>a  b</p>"],
  "an event handler": ["<b onclick=alert(1) onmouseover='x'>a</b>", "<p><b>a</b></p>"],
  "an event handler of a picture": ["<img src=x onerror=alert(1)>", "<em></em>"],
  "a handler of details": ["<details ontoggle=alert(1)>a</details>", "<details>a</details>"],
  "a javascript: link": [
    "<a href='javascript:alert(1)'>a</a>",
    '<p><a target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
  ],
  "a javascript: link in Markdown": [
    "[a](JaVaScript:alert(1))",
    '<p><a target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
  ],
  "a javascript: link with a tab in it": [
    "<a href='java\tscript:alert(1)'>a</a>",
    '<p><a target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
  ],
  "a javascript: link in entities": [
    "<a href='&#106;avascript:alert(1)'>a</a>",
    '<p><a target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
  ],
  "a vbscript: link": [
    "<a href='vbscript:x'>a</a>",
    '<p><a target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
  ],
  "a data: link": [
    "[a](data:text/html,x)",
    '<p><a target="_blank" rel="noopener noreferrer nofollow">a</a></p>',
  ],
  "an SVG picture in a data: URL": ["<img alt=a src='data:image/svg+xml;base64,AAAA'>", "<em>a</em>"],
  "a picture that asks this server to log out": ["![a](/logout)", "<p><em>a</em></p>"],
  "an SVG with a script": [
    "<svg><script>alert(1)</script><a xlink:href='javascript:x'>a</a></svg>",
    "<p><a>a</a></p>",
  ],
  "an SVG that loads": ["<svg onload=alert(1)>", ""],
  MathML: ["<math><mtext><img src=x onerror=alert(1)></mtext></math>", "<p><em></em></p>"],
  "a style sheet": ["<style>*{display:none}</style>", ""],
  "styles and classes of the page": ["<p style='position:fixed' class='banner'>a</p>", "<p>a</p>"],
  "a frame": ["<iframe src=https://a.example></iframe>", ""],
  "an object": ["<object data=x></object><embed src=x>", "<p></p>"],
  "a form": ["<form action=/logout method=post><button>a</button><input name=b></form>", "a"],
  "a refresh": ["<meta http-equiv=refresh content='0;url=https://a.example'>", ""],
  "a base address": ["<base href=https://a.example>", ""],
  "ids that shadow the page's": ["<p id=upload>a</p>", "<p>a</p>"],
  "names that shadow the page's": ["<a name=removal id=upload>a</a>", "<p><a>a</a></p>"],
  "a way out of its box": ["</div></main><p>a</p>", "<p>a</p>"],
  "a comment": ["<!-- a --><!--[if IE]><script>alert(1)</script><![endif]-->", ""],
  "mutated markup": [
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<p><p></p></p>",
  ],
  "a template": ["<template><script>alert(1)</script></template>", "<p></p>"],
};

describe("A malicious overview is sanitised:", () => {
  for (const [what, [markdown, safe]] of Object.entries(malicious)) {
    it(what, () => expect(html(markdown)).toBe(safe));
  }

  it("thousands of nested quotes are rejected", () => {
    expect(html(">".repeat(30_000))).toBe("refused: depth");
  });

  it("a table that would become many megabytes of HTML is rejected", () => {
    const head = `|${"a|".repeat(400)}\n|${"-|".repeat(400)}\n`;
    expect(html(`${head}${"|b\n".repeat(600)}`)).toBe("refused: size");
    expect(html(`${head}|b\n`)).toMatch(/^<table>/);
  });

  it("the nesting depth is limited", () => {
    expect(html("<div>".repeat(1000)).split("<div>")).toHaveLength(51);
  });
});
