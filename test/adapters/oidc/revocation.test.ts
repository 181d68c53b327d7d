import { expect, it } from "vitest";
import { pair } from "./provider.ts";

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
