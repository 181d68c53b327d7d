import { describe, expect, it } from "vitest";
import { loginHref } from "../../../../src/adapters/http/pages/layout.ts";
import { hasSecret, maskSecret } from "../../../../src/adapters/http/secret-addresses/secret-path.ts";

describe("an address with a secret", () => {
  it.each([
    ["/invitations/s3cret", "/invitations/***"],
    ["/invitations/s3cret/", "/invitations/***/"],
    ["/Invitations/s3cret?a=b#c", "/Invitations/***?a=b#c"],
    ["/shared/s3cret/zika/2y", "/shared/***/zika/2y"],
    ["//invitations//s3cret", "//invitations//***"],
    ["/invitations/%73%2F3cret", "/invitations/***"],
    ["/invitations%2Fs3cret", "/invitations%2F***"],
  ])("is masked: %s", (path, masked) => {
    expect(hasSecret(path)).toBe(true);
    expect(maskSecret(path)).toBe(masked);
  });

  it("is where its own login begins, without a parameter", () => {
    expect(loginHref("/invitations/s3cret?a=b")).toBe("/invitations/s3cret?a=b");
    expect(loginHref("//invitations/evil.example")).toBe("/login");
  });
});

it.each([
  "/",
  "/invitations",
  "/invitations/",
  "/invitation/x",
  "/groups/invitations/x",
  "/groups/a?b=/shared/x",
])("an address without a secret is left as it is: %s", (path) => {
  expect(hasSecret(path)).toBe(false);
  expect(maskSecret(path)).toBe(path);
});
