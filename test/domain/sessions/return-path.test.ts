import { describe, expect, it } from "vitest";
import { home, parseReturnPath } from "../../../src/domain/sessions/return-path.ts";

describe("where a login returns to", () => {
  it.each([
    home,
    "/groups/blab",
    "/groups/blab/ncov?c=region&l=radial",
    "/groups/blab/gr%C3%B6%C3%9Fe",
    "/groups/größe",
    "/x?next=//evil.example",
    "/a//b",
    "/logins",
    "/login-help",
    "/groups/login",
    `/${"x".repeat(1299)}`,
    `/x?${"y".repeat(1297)}`,
  ])("may be %s", (path) => {
    expect(parseReturnPath(path)).toBe(path);
  });

  it.each([
    ["is empty", ""],
    ["is a whole address", "https://evil.example/"],
    ["is relative", "groups/blab"],
    ["begins with two slashes", "//evil.example"],
    ["begins with a slash and a backslash", "/\\evil.example"],
    ["begins with a backslash", "\\/evil.example"],
    ["has a backslash further on", "/a\\b"],
    ["hides a slash behind a tab", "/\t/evil.example"],
    ["hides a slash behind a line feed", "/\n/evil.example"],
    ["begins with a space", " /groups"],
    ["holds a carriage return and a header", "/a\r\nSet-Cookie: x=y"],
    ["holds NUL", "/a\0"],
    ["holds a C1 control character", "/a\x85"],
    ["holds a line separator", "/a\u2028b"],
    ["is a script", "javascript:alert(1)"],
    ["is too long for a cookie in bytes", `/${"日".repeat(434)}`],
    ["is too long for a cookie with its quotes", `/${'"'.repeat(650)}`],
    ["is too long for a cookie without its query too", `/${"x".repeat(1300)}?y`],
  ])("is refused when it %s", (_, path) => {
    expect(parseReturnPath(path)).toBeUndefined();
  });

  it.each(["?s=", "#", "?s=#"])("loses its query before its path when it is too long with it: %s", (mark) => {
    expect(parseReturnPath(`/groups/blab/ncov${mark}${"y".repeat(30_000)}`)).toBe("/groups/blab/ncov");
  });

  it("is judged after it was shortened", () => {
    expect(parseReturnPath(`/logout?${"y".repeat(2000)}`)).toBeUndefined();
    expect(parseReturnPath(`//evil.example/?${"y".repeat(2000)}`)).toBeUndefined();
  });

  it.each([
    "/login",
    "/login/",
    "/login?x=y",
    "/LOGIN",
    "/logged-in?code=1&state=2",
    "/logout",
    "/logout#x",
    "/login ",
    "/./logout",
    "/groups/../login",
    "/%2e/logout",
    "/.//logout",
  ])("is never a place that begins or ends a login: %s", (path) => {
    expect(parseReturnPath(path)).toBeUndefined();
  });

  it("stays on this origin in the eyes of a browser", () => {
    const origin = "https://groups.example.org";
    const tries = ["/", "/a?b", "//x", "/\\x", "/\t/x", "/.//x", "/..//x", "/%2f/x", "/@x", "/:x", "/ /x"];
    const accepted = tries.map(parseReturnPath).filter((path) => path !== undefined);
    expect(accepted.length).toBeGreaterThan(4);
    for (const path of accepted) expect(new URL(path, origin).origin).toBe(origin);
  });
});
