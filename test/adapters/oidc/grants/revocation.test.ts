import { expect, it } from "vitest";
import { cognito } from "../../../support/stub-provider/dialects/cognito.ts";
import { pair } from "../provider.ts";

it.each([
  ["has no endpoint for it", undefined],
  ["names one that anybody could listen to", "http://idp.example/revoke"],
  ["names one that is no address", "nowhere"],
])("revokes nothing where the provider %s", async (_, url) => {
  await using served = await pair(undefined, { metadata: { revocation_endpoint: url } });
  const { tokens } = await served.logIn();
  await served.provider.revoke(tokens);
  expect(served.stub.state.revoked).toEqual([]);
  expect(await served.provider.refresh(tokens)).not.toBe("refused");
});

const basic = ["client_secret_basic"];
const post = ["client_secret_post"];

it.each([
  ["the form, as at the token endpoint, where the provider says nothing", "form", {}],
  ["the form, as at the token endpoint, where that takes both", "form", { token: [...basic, ...post] }],
  ["the header, as at the token endpoint, where that takes nothing else", "header", { token: basic }],
  ["the header, where the endpoint itself lists that alone", "header", { own: basic, token: post }],
  ["the form, where the endpoint itself lists that", "form", { own: [...basic, ...post] }],
  ["the form, where the token endpoint takes nothing else", "form", { token: post }],
])("proves who it is in %s", async (_, where, methods: { own?: string[]; token?: string[] }) => {
  const metadata = {
    revocation_endpoint_auth_methods_supported: methods.own,
    token_endpoint_auth_methods_supported: methods.token,
  };
  await using served = await pair(undefined, { metadata });
  const { tokens } = await served.logIn();
  await served.provider.revoke(tokens);
  expect(served.stub.state.revoked).toEqual([tokens.refreshToken]);
  const [request] = served.stub.state.revocationRequests;
  expect(request?.authorization === undefined).toBe(where === "form");
  expect(request?.form.has("client_secret")).toBe(where === "form");
});

it("proves who it is in the header, where the endpoint refuses the form and says nothing", async () => {
  await using served = await pair(undefined, { dialect: cognito });
  const { tokens } = await served.logIn();
  await served.provider.revoke(tokens);
  expect(served.stub.state.revoked).toEqual([tokens.refreshToken]);
  await served.provider.revoke(tokens);
  // Asked wrongly once, and never again.
  expect(served.stub.state.revocationRequests).toHaveLength(3);
});
