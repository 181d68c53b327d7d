import { expect, it } from "vitest";
import { forOrigin, guideMarkdown, withSectionIds } from "../../../../src/adapters/http/help/guide.ts";

it("The guide leaves out the document's title, pictures and versions", () => {
  const text =
    "# Title\n\nWords.\n\n![A picture](images/a.png)\n\n## One\n\nMore.\n\n## Tried with\n\n| a |\n";
  expect(guideMarkdown(text)).toBe("\nWords.\n\n## One\n\nMore.\n\n");
});

it("Its headings can be linked to, and are one level higher than an overview's", () => {
  const { html, sections } = withSectionIds("<h3>With the Nextstrain CLI</h3><h4>Names, &amp; more</h4>");
  expect(html).toBe(
    '<h2 id="with-the-nextstrain-cli">With the Nextstrain CLI</h2><h3 id="names-amp-more">Names, &amp; more</h3>',
  );
  expect(sections).toEqual([{ id: "with-the-nextstrain-cli", title: "With the Nextstrain CLI" }]);
});

it("Its commands name this server, if that has an https address", () => {
  const html = "<code>nextstrain login https://groups.example.org</code>";
  expect(forOrigin(html, "https://lab.example")).toContain("login https://lab.example<");
  expect(forOrigin(html, "http://localhost:5000")).toBe(html);
});
