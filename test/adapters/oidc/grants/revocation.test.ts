import { expect, it } from "vitest";
import { cognito } from "../../../support/stub-provider/dialects/cognito.ts";
import { startProvider } from "../stubbed-provider.ts";

it.each([
  ["has no revocation endpoint", undefined],
  ["has an insecure revocation endpoint", "http://idp.example/revoke"],
  ["has a revocation endpoint that is no URL", "nowhere"],
])("revokes nothing where the provider %s", async (_, url) => {
  await using fixture = await startProvider(undefined, { metadata: { revocation_endpoint: url } });
  const { tokens } = await fixture.logIn();
  await fixture.provider.revoke(tokens);
  expect(fixture.stub.state.revoked).toEqual([]);
  expect(await fixture.provider.refresh(tokens)).not.toBe("refused");
});

const basic = ["client_secret_basic"];
const post = ["client_secret_post"];

it.each([
  ["the form, where the metadata list no methods", "form", {}],
  ["the form, where the token endpoint supports both", "form", { token: [...basic, ...post] }],
  ["the header, where the token endpoint supports that alone", "header", { token: basic }],
  [
    "the header, where the revocation endpoint supports that alone",
    "header",
    { revocation: basic, token: post },
  ],
  ["the form, where the revocation endpoint supports both", "form", { revocation: [...basic, ...post] }],
  ["the form, where the token endpoint supports that alone", "form", { token: post }],
])("authenticates in %s", async (_, where, methods: { revocation?: string[]; token?: string[] }) => {
  const metadata = {
    revocation_endpoint_auth_methods_supported: methods.revocation,
    token_endpoint_auth_methods_supported: methods.token,
  };
  await using fixture = await startProvider(undefined, { metadata });
  const { tokens } = await fixture.logIn();
  await fixture.provider.revoke(tokens);
  expect(fixture.stub.state.revoked).toEqual([tokens.refreshToken]);
  const [request] = fixture.stub.state.revocationRequests;
  expect(request?.authorization === undefined).toBe(where === "form");
  expect(request?.form.has("client_secret")).toBe(where === "form");
});

it("authenticates in the header, where the endpoint rejects the form and the metadata list no methods", async () => {
  await using fixture = await startProvider(undefined, { dialect: cognito });
  const { tokens } = await fixture.logIn();
  await fixture.provider.revoke(tokens);
  expect(fixture.stub.state.revoked).toEqual([tokens.refreshToken]);
  await fixture.provider.revoke(tokens);
  // The first method failed once, and is not tried again.
  expect(fixture.stub.state.revocationRequests).toHaveLength(3);
});
