import { describe, expect, it } from "vitest";
import { imagePolicies } from "../../../../../src/adapters/http/groups/overview/image-policy.ts";

const isShown = (hosts: readonly string[] | undefined, isPublic: boolean, src: string) =>
  new RegExp(imagePolicies(hosts)({ isPublic }).pattern).test(src);

describe("images of other hosts", () => {
  it("are shown on public groups' pages only, by default", () => {
    expect(imagePolicies(undefined)({ isPublic: true }).sources).toEqual(["https:"]);
    expect(imagePolicies(undefined)({ isPublic: false }).sources).toEqual([]);
    expect(imagePolicies(undefined)(undefined).sources).toEqual([]);
    expect(isShown(undefined, true, "https://a.example/b.png")).toBe(true);
    expect(isShown(undefined, true, "http://a.example/b.png")).toBe(false);
    expect(isShown(undefined, false, "https://a.example/b.png")).toBe(false);
  });

  it("are shown on all pages if their hosts are in the setting", () => {
    const hosts = ["a.example", "*.b.example", "c.example:8443"];
    expect(imagePolicies(hosts)({ isPublic: false })).toEqual(imagePolicies(hosts)({ isPublic: true }));
    expect(imagePolicies(hosts)(undefined).sources).toEqual([
      "https://a.example",
      "https://*.b.example",
      "https://c.example:8443",
    ]);
    expect(imagePolicies([])({ isPublic: true }).sources).toEqual([]);
  });

  it.each([
    ["https://a.example/b.png", true],
    ["https://x.b.example/", true],
    ["https://x.y.b.example/", true],
    ["https://c.example:8443/b", true],
    ["https://b.example/", false],
    ["https://c.example/", false],
    ["https://aXexample/", false],
    ["https://a.example.evil.example/", false],
    ["https://a.example@evil.example/", false],
    ["https://evil.example/?https://a.example/", false],
    ["https://evilb.example/", false],
  ])("are matched by their host: %s", (src, shown) => {
    expect(isShown(["a.example", "*.b.example", "c.example:8443"], false, src)).toBe(shown);
  });
});
