import { beforeEach, describe, expect, it } from "vitest";
import { ProviderDown } from "../../../src/domain/failure.ts";
import { discoveryFaults, keySetFaults, tokenFaults } from "../../support/stub-provider/fault.ts";
import { earlyFaults, type Harness, harmlessWithoutNonce, keyFaults, withFault } from "./harness.ts";

export const verificationContract = (current: () => Harness): void => {
  describe("verification", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("accepts each client's tokens for its own audience only", async () => {
      const app = await harness.stub.idToken({}, "app");
      const cli = await harness.stub.idToken({}, "cli");
      expect(await harness.provider.verify({ idToken: app }, "app")).toMatchObject({ outcome: "valid" });
      expect(await harness.provider.verify({ idToken: cli }, "cli")).toMatchObject({
        outcome: "valid",
        claims: { preferred_username: "alice" },
      });
      expect(await harness.provider.verify({ idToken: app }, "cli")).toMatchObject({ outcome: "invalid" });
      expect(await harness.provider.verify({ idToken: cli }, "app")).toMatchObject({ outcome: "invalid" });
    });

    it("accepts several audiences when the client is the authorized party", async () => {
      const token = await harness.stub.idToken({ aud: ["cli-client", "somebody-else"], azp: "cli-client" });
      expect(await harness.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
    });

    for (const audience of ["app", "cli"] as const) {
      for (const fault of tokenFaults) {
        const harmless = harmlessWithoutNonce.has(fault) || (audience === "app" && earlyFaults.has(fault));
        const isUnverifiable = audience === "app" && keyFaults.has(fault);
        const outcome = harmless
          ? "valid"
          : fault === "expired"
            ? "expired"
            : isUnverifiable
              ? "unverifiable"
              : "invalid";
        it(`is ${outcome} for the ${audience} client: ${fault}`, async () => {
          const token = await withFault(harness, fault, () => harness.stub.idToken({}, audience));
          expect(await harness.provider.verify({ idToken: token }, audience)).toMatchObject({ outcome });
        });
      }
    }

    it("is expired at the second of expiry, also for a token that was valid before", async () => {
      const token = await harness.stub.idToken();
      expect(await harness.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
      harness.passSeconds(299);
      expect(await harness.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
      harness.passSeconds(1);
      expect(await harness.provider.verify({ idToken: token }, "cli")).toEqual({ outcome: "expired" });
    });

    it("is expired only for a token that is valid otherwise", async () => {
      const exp = harness.stub.state.options.now() - 10;
      harness.stub.injectFault("bad-signature");
      expect(
        await harness.provider.verify({ idToken: await harness.stub.idToken({ exp }) }, "cli"),
      ).toMatchObject({
        outcome: "invalid",
      });
      harness.stub.clearFaults();
      const other = await harness.stub.idToken({ exp, token_use: "access" });
      expect(await harness.provider.verify({ idToken: other }, "cli")).toMatchObject({ outcome: "invalid" });
    });

    it("tolerates a provider's clock that is five seconds ahead, and no more", async () => {
      const now = harness.stub.state.options.now();
      for (const claim of ["iat", "nbf"]) {
        const ahead = await harness.stub.idToken({ [claim]: now + 5 });
        expect(await harness.provider.verify({ idToken: ahead }, "cli")).toMatchObject({ outcome: "valid" });
        const tooFar = await harness.stub.idToken({ [claim]: now + 6 });
        expect(await harness.provider.verify({ idToken: tooFar }, "cli")).toMatchObject({
          outcome: "invalid",
        });
      }
    });

    it("is invalid, and no outage, for tokens with malformed headers", async () => {
      const [, payload, signature] = (await harness.stub.idToken()).split(".");
      for (const header of [
        {},
        { alg: 5 },
        { alg: "RS256" },
        { alg: "RS256", kid: 5 },
        { alg: "RS256", kid: "first", crit: [] },
        { alg: "RS256", kid: "first", crit: ["b64"], b64: false },
        { alg: "RS256", kid: "first", typ: 5 },
        { alg: "ES256", kid: "first" },
        { alg: "ES256K", kid: "first" },
        { alg: "PS256", kid: "first" },
        { alg: "RSA-OAEP", enc: "A256GCM", kid: "first", zip: "DEF" },
        [],
        "header",
        null,
      ]) {
        const encoded = Buffer.from(JSON.stringify(header)).toString("base64url");
        for (const text of [
          `${encoded}.${payload}.${signature}`,
          `${encoded}.${payload}.`,
          `${encoded}..${signature}..x`,
        ]) {
          expect(await harness.provider.verify({ idToken: text }, "cli")).toMatchObject({
            outcome: "invalid",
          });
        }
      }
    });

    it("is invalid for text that is no token", async () => {
      for (const text of ["", "x", "a.b.c", "....", `${"a".repeat(20_000)}.b.c`]) {
        expect(await harness.provider.verify({ idToken: text }, "cli")).toMatchObject({ outcome: "invalid" });
      }
    });

    for (const fault of [...keySetFaults, ...discoveryFaults]) {
      it(`is an outage while metadata or keys are unavailable: ${fault}`, async () => {
        const token = await harness.stub.idToken();
        await expect(
          withFault(harness, fault, () => harness.provider.verify({ idToken: token }, "cli")),
        ).rejects.toBeInstanceOf(ProviderDown);
        await expect(withFault(harness, fault, () => harness.provider.ready())).rejects.toBeInstanceOf(
          ProviderDown,
        );
        harness.passSeconds(2);
        expect(await harness.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
      });
    }

    it("works during an outage of the provider, with cached keys", async () => {
      await harness.provider.ready();
      const first = await harness.stub.idToken();
      await harness.stub.refuseConnections();
      for (const seconds of [0, 60, 4000, 100_000]) {
        harness.passSeconds(seconds);
        expect(
          await harness.provider.verify({ idToken: await harness.stub.idToken({}, "app") }, "app"),
        ).toMatchObject({
          outcome: "valid",
        });
      }
      expect(await harness.provider.verify({ idToken: first }, "cli")).toEqual({ outcome: "expired" });
      await harness.stub.acceptConnections();
    });
  });
};
