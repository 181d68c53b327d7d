import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import type { TokenFault } from "../../support/stub-provider/fault.ts";
import type { LogoutTokenOptions } from "../../support/stub-provider/logout-token.ts";
import { logoutEvent } from "../../support/stub-provider/logout-token.ts";
import type { Harness } from "./harness.ts";
import { earlyFaults, withFault } from "./harness.ts";

type Claims = { readonly [claim: string]: unknown };
type Row = [what: string, claims: (now: number) => Claims, options?: LogoutTokenOptions];

const accepted: Row[] = [
  ["names a person", () => ({ sub: "somebody" })],
  ["names a session alone", () => ({ sub: undefined, sid: "session-1" })],
  ["names both", () => ({ sub: "somebody", sid: "session-1" })],
  ["has null for the session", () => ({ sub: "somebody", sid: null })],
  ["has no exp, as in drafts of the specification", () => ({ exp: undefined })],
  ["has the type of any JWT", () => ({}), { type: "JWT" }],
  ["has no type", () => ({}), { type: undefined }],
  ["has its type as a media type", () => ({}), { type: "application/logout+jwt" }],
  ["is for several audiences", () => ({ aud: ["another", "app-client"] })],
  ["was issued by a clock that is a little ahead", (now) => ({ iat: now + 4 })],
  ["is a few minutes old", (now) => ({ iat: now - 500 })],
];

const signatureFaults: TokenFault[] = [
  "wrong-issuer",
  "wrong-audience",
  "none-algorithm",
  "hs256-with-public-key",
  "key-in-header-jwk",
  "key-in-header-jku",
  "key-in-header-x5u",
  "unknown-kid",
  "bad-signature",
  "exp-not-a-number",
  "expired",
  "iat-not-a-number",
  "unknown-critical-header",
  "not-a-jwt",
];

const rejected: Row[] = [
  ...signatureFaults.map((fault): Row => [fault, () => ({}), { fault }]),
  ["it has another token's type", () => ({}), { type: "at+jwt" }],
  ["its audience is the CLI client", () => ({ aud: "cli-client" })],
  ["it has no audience", () => ({ aud: undefined })],
  ["it has no issuer", () => ({ iss: undefined })],
  ["it has no iat", () => ({ iat: undefined })],
  ["it is old, whatever its exp says", (now) => ({ iat: now - 700, exp: now + 3600 })],
  ["it is old and has no exp", (now) => ({ iat: now - 700, exp: undefined })],
  ["it has a nonce", () => ({ nonce: "a nonce" })],
  ["it has an empty nonce", () => ({ nonce: null })],
  ["it has no events", () => ({ events: undefined })],
  ["its events are a list", () => ({ events: [logoutEvent] })],
  ["its events are others", () => ({ events: { "https://example.org/event": {} } })],
  ["its event is no object", () => ({ events: { [logoutEvent]: true } })],
  ["its event is null", () => ({ events: { [logoutEvent]: null } })],
  ["it has no jti", () => ({ jti: undefined })],
  ["its jti is empty", () => ({ jti: "" })],
  ["its jti is a number", () => ({ jti: 7 })],
  ["its jti is too long", () => ({ jti: "x".repeat(5000) })],
  ["it names neither a person nor a session", () => ({ sub: undefined })],
  ["its sub is no string", () => ({ sub: 7, sid: "session-1" })],
  ["its sid is empty", () => ({ sid: "" })],
];

export const logoutTokenContract = (current: () => Harness): void => {
  describe("a logout token", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    const verify = async (claims: (now: number) => Claims, options?: LogoutTokenOptions) => {
      const token = await harness.stub.logoutToken(claims(harness.stub.state.options.now()), options);
      return harness.provider.verifyLogout(token);
    };

    it.each(accepted)("is accepted when it %s", async (_, claims, options) => {
      expect(await verify(claims, options)).toMatchObject({ outcome: "valid" });
    });

    it("has an id, a subject and a provider session", async () => {
      expect(await verify(() => ({ jti: "token-1", sub: "somebody", sid: "session-1" }))).toEqual({
        outcome: "valid",
        claims: { id: "token-1", subject: "somebody", providerSession: "session-1" },
      });
    });

    it.each(rejected)("is rejected: %s", async (_, claims, options) => {
      expect(await verify(claims, options)).toMatchObject({ outcome: "invalid", reason: expect.any(String) });
    });

    it.each([...earlyFaults])("is an outage when one of the clocks is wrong: %s", async (fault) => {
      await expect(verify(() => ({}), { fault })).rejects.toThrow(ProviderDown);
      expect(await verify(() => ({ sub: undefined }), { fault })).toMatchObject({ outcome: "invalid" });
    });

    it("is no id token", async () => {
      const idToken = await harness.stub.idToken({ jti: "an id" }, "app");
      expect(await harness.provider.verifyLogout(idToken)).toMatchObject({ outcome: "invalid" });
    });

    it("may be signed with a key to which the provider has rotated since", async () => {
      await verify(() => ({}));
      await harness.stub.rotateKeys("second");
      harness.passSeconds(31);
      expect(await verify(() => ({}))).toMatchObject({ outcome: "valid" });
    });

    it("is an outage when the key set is unavailable", async () => {
      const verified = withFault(harness, "jwks-500", () => verify(() => ({})));
      await expect(verified).rejects.toThrow(ProviderDown);
    });
  });
};
