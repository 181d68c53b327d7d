import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Tree } from "./links.ts";
import { anchorsIn, brokenLinks } from "./links.ts";

const codebase = fileURLToPath(new URL("../../", import.meta.url));

const documentsIn = (folder: string): readonly string[] =>
  readdirSync(join(codebase, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

const repository: Tree = {
  has: (path) => existsSync(join(codebase, path)),
  read: (path) => readFileSync(join(codebase, path), "utf8"),
};

describe("the links of a document", () => {
  const documents = [...documentsIn("."), ...documentsIn("docs")];

  it("are looked at in all that are there", () => {
    for (const name of [
      "README.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
      "CHANGELOG.md",
      "docs/architecture.md",
    ])
      expect(documents).toContain(name);
  });

  it.each(documents)("in %s lead to something", (document) => {
    expect(brokenLinks(document, repository)).toEqual([]);
  });
});

describe("a link", () => {
  const files: Readonly<Record<string, string>> = {
    "docs/a.md": "# One, two & `three`\n\n## Again\n\n## Again\n\n```\n# Not one\n```\n",
    "src/b.ts": "",
  };
  const broken = (text: string) =>
    brokenLinks("docs/x.md", {
      has: (path) =>
        Object.keys({ ...files, "docs/x.md": text }).some((name) => `${name}/`.startsWith(`${path}/`)),
      read: (path) => ({ ...files, "docs/x.md": text })[path] ?? "",
    });

  it.each([
    "[a](a.md), [b](../src/b.ts), [folder](../src/)",
    "[a](a.md#one-two--three) and [again](a.md#again-1)",
    "# Here\n\n[here](#here)",
    "[elsewhere](https://example.org/a.md#b) and <https://example.org>",
    "`[no](link.md)`\n\n```\n[nor](this.md)\n```\n",
  ])("is good in %j", (text) => {
    expect(broken(text)).toEqual([]);
  });

  it.each([
    ["[a](b.md)", "b.md"],
    ["![a](../src/c.png)", "../src/c.png"],
    ["[a](a.md#two)", "a.md#two"],
    ["[a](a.md#not-one)", "a.md#not-one"],
    ["[a](a.md#again-2)", "a.md#again-2"],
    ["[a](#nowhere)", "#nowhere"],
    ["[b](../src/b.ts#L1)", "../src/b.ts#L1"],
    ["[`a`](z.md)", "z.md"],
    ['[a](z.md "title")', "z.md"],
  ])("is broken in %j", (text, target) => {
    expect(broken(text)).toEqual([target]);
  });

  it("finds a heading under the name that GitHub gives it", () => {
    expect([...anchorsIn("## 3. The bucket\n### `a_b`: C\n")]).toEqual(["3-the-bucket", "a_b-c"]);
  });
});
