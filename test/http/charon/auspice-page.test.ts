import { beforeAll, expect, test } from "vitest";
import { browser } from "../../support/browser/browser.ts";
import { putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { browserOf } from "../../support/sessions/callers.ts";

const dataset = "/groups/blab/ncov/19B";
const narrative = "/groups/blab/narratives/test/fixture";

const server = testServer();
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
});

test.each([
  [dataset, "/groups/blab"],
  [narrative, "/groups/blab"],
  ["/groups/test-private/ncov/19B", "/groups/test-private"],
])("the bar above %s links to the group", async (path, group) => {
  const owner = await browserOf(server, "owner", "test-private");
  const { status, text } = await owner.ask(path);
  expect(status).toBe(200);
  expect(text).toContain(`href="${group}" title="Back to the group`);
  expect(text).toContain('<span data-slot="username">owner-of-test-private</span>');
});

test("anonymous readers get a login link that returns to the same view", async () => {
  const { text } = await browser(server).ask(`${dataset}?c=region&l=radial`);
  expect(text).toContain(`href="/login?return_to=${encodeURIComponent(`${dataset}?c=region&l=radial`)}"`);
  expect(text).toContain('<span data-slot="username"></span>');
});

test("the page with the username is not stored by any cache", async () => {
  const owner = await browserOf(server, "owner", "blab");
  const { headers } = await owner.ask(dataset);
  expect(headers["cache-control"]).toBe("private, no-store");
  expect(headers["etag"]).toBeUndefined();
});

test("the page's form-action allows the logout's redirect to the provider, and no other origin", async () => {
  const { headers } = await browser(server).ask(dataset);
  const policy = (headers["content-security-policy"] ?? "").split("; ");
  const provider = new URL(server.provider.issuer).origin;
  expect(policy.filter((part) => part.startsWith("form-action"))).toEqual([`form-action 'self' ${provider}`]);
});
