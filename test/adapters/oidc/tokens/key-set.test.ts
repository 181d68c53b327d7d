import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { ProviderDown } from "../../../../src/domain/failure.ts";
import { type SigningKey, signingKey } from "../../../support/stub-provider/signing-key.ts";
import { startProvider } from "../stubbed-provider.ts";

const withUse = (key: SigningKey, use: string): SigningKey => ({
  ...key,
  publicJwk: { ...key.publicJwk, use },
});

describe("Ed25519, by its polymorphic name and by its fully-specified one", () => {
  it.each([
    ["EdDSA", "EdDSA"],
    ["Ed25519", "Ed25519"],
    ["EdDSA", "Ed25519"],
    ["Ed25519", "EdDSA"],
    [undefined, "Ed25519"],
  ] as const)("signs tokens, where the key's alg is %s and the token's %s", async (keyAlg, tokenAlg) => {
    await using fixture = await startProvider();
    await fixture.stub.rotateKeys("edwards", { alg: tokenAlg });
    const [key] = fixture.stub.state.keys;
    if (!key) throw new Error("There is no key");
    const { alg: _, ...publicJwk } = key.publicJwk;
    fixture.stub.state.keys = [{ ...key, publicJwk: keyAlg ? { ...publicJwk, alg: keyAlg } : publicJwk }];
    const { tokens } = await fixture.logIn();
    for (const [idToken, audience] of [
      [tokens.idToken, "app"],
      [await fixture.stub.idToken(), "cli"],
    ] as const) {
      expect(await fixture.provider.verify({ idToken }, audience)).toMatchObject({ outcome: "valid" });
    }
  });
});

describe("the provider's key set", () => {
  it("is fetched a limited number of times for unknown keys in untrusted tokens, whose verification then is an outage", async () => {
    await using fixture = await startProvider();
    await fixture.provider.ready();
    fixture.stub.injectFault("unknown-kid");
    const flood = async (tag: string) => {
      const tokens = await Promise.all(
        Array.from({ length: 30 }, (_, i) => fixture.stub.idToken({ jti: `${tag}${i}` })),
      );
      const verify = (idToken: string) =>
        fixture.provider.verify({ idToken }, "cli").then(
          ({ outcome }) => outcome,
          (error) => (error instanceof ProviderDown ? "down" : "failed"),
        );
      return new Set(await Promise.all(tokens.map(verify)));
    };
    for (let fetches = 2; fetches <= 6; fetches += 1) {
      expect(await flood(`a${fetches}`)).toEqual(new Set(["invalid"]));
      expect(fixture.stub.state.calls.jwks).toBe(fetches);
    }
    for (let more = 0; more < 5; more += 1) expect(await flood(`b${more}`)).toEqual(new Set(["down"]));
    expect(fixture.stub.state.calls.jwks).toBe(6);
    fixture.advanceClock(6);
    expect(await flood("c")).toEqual(new Set(["invalid"]));
    expect(await flood("d")).toEqual(new Set(["down"]));
    expect(fixture.stub.state.calls.jwks).toBe(7);
  });

  it("is fetched for logout tokens after many Bearer tokens with unknown keys", async () => {
    await using fixture = await startProvider();
    await fixture.provider.ready();
    fixture.stub.injectFault("unknown-kid");
    for (let i = 0; i < 10; i += 1) {
      const idToken = await fixture.stub.idToken({ jti: `${i}` });
      await fixture.provider.verify({ idToken }, "cli").catch(() => undefined);
    }
    fixture.stub.clearFaults();
    await fixture.stub.rotateKeys("second");
    expect(await fixture.provider.verifyLogout(await fixture.stub.logoutToken({ sub: "x" }))).toMatchObject({
      outcome: "valid",
    });
  });

  const damaged: readonly (readonly [string, (keys: readonly SigningKey[]) => readonly SigningKey[]])[] = [
    ["has no keys", () => []],
    ["has keys for encryption only", (keys) => keys.map((key) => withUse(key, "enc"))],
    ["has two keys with one `kid`", (keys) => [...keys, ...keys]],
    [
      "has the key with another use, beside another key",
      ([first, ...others]) =>
        first
          ? [
              withUse(first, "enc"),
              { ...first, publicJwk: { ...first.publicJwk, kid: "b", use: "sig" } },
              ...others,
            ]
          : [],
    ],
  ];

  it.each(damaged)("rejects no token while it %s", async (_, damage) => {
    await using fixture = await startProvider(() => ({ keys: { trustedInterval: 0.02 } }));
    const [trusted, untrusted] = [await fixture.stub.idToken({}, "app"), await fixture.stub.idToken()];
    const logoutToken = await fixture.stub.logoutToken({ sub: "x" });
    const { keys } = fixture.stub.state;
    fixture.stub.state.keys = damage(keys);
    const result = await fixture.provider
      .verify({ idToken: trusted }, "app")
      .catch((error: unknown) => error);
    if (result instanceof Error) expect(result).toBeInstanceOf(ProviderDown);
    else expect(result).toMatchObject({ outcome: "unverifiable" });
    await expect(fixture.provider.verify({ idToken: untrusted }, "cli")).rejects.toBeInstanceOf(ProviderDown);
    await expect(fixture.provider.verifyLogout(logoutToken)).rejects.toBeInstanceOf(ProviderDown);
    fixture.stub.state.keys = keys;
    fixture.advanceClock(30);
    expect(await fixture.provider.verify({ idToken: trusted }, "app")).toMatchObject({ outcome: "valid" });
    expect(await fixture.provider.verify({ idToken: untrusted }, "cli")).toMatchObject({ outcome: "valid" });
  });

  it("is refetched while a key has the `kid` of another one, a limited number of times for untrusted tokens", async () => {
    await using fixture = await startProvider(() => ({ keys: { trustedInterval: 0.02 } }));
    const verifyAll = async () => [
      (await fixture.provider.verify({ idToken: await fixture.stub.idToken({}, "app") }, "app")).outcome,
      (await fixture.provider.verify({ idToken: await fixture.stub.idToken() }, "cli")).outcome,
      (await fixture.provider.verifyLogout(await fixture.stub.logoutToken({ sub: "x" }))).outcome,
    ];
    const { keys } = fixture.stub.state;
    const another = await signingKey("RS256", "another");
    const mislabelled = keys.map((key) => ({ ...key, publicJwk: { ...another.publicJwk, kid: key.kid } }));
    for (const at of [0, 1, 2]) {
      fixture.stub.state.keys = mislabelled;
      fixture.advanceClock(601);
      await fixture.provider.ready();
      await vi.waitFor(async () => {
        expect(fixture.stub.state.calls.jwks).toBe(2 * at + 1);
      });
      await sleep(50);
      fixture.stub.state.keys = keys;
      expect((await verifyAll())[at]).toBe("valid");
    }
    const before = fixture.stub.state.calls.jwks;
    fixture.stub.injectFault("bad-signature");
    for (let i = 0; i < 20; i += 1) {
      const idToken = await fixture.stub.idToken({ jti: `${i}` });
      expect(await fixture.provider.verify({ idToken }, "cli")).toMatchObject({ outcome: "invalid" });
    }
    expect(fixture.stub.state.calls.jwks - before).toBeLessThanOrEqual(5);
  });

  it("may change between two requests of a session, on the instance that did not renew its tokens", async () => {
    await using fixture = await startProvider(() => ({ keys: { trustedInterval: 0.02 } }));
    await fixture.provider.ready();
    for (const kid of ["second", "third"]) {
      await fixture.stub.rotateKeys(kid);
      const tokens = await Promise.all(
        Array.from({ length: 10 }, (_, i) => fixture.stub.idToken({ jti: `${i}` }, "app")),
      );
      for (const outcome of await Promise.all(
        tokens.map((token) => fixture.provider.verify({ idToken: token }, "app")),
      )) {
        expect(outcome).toMatchObject({ outcome: "valid" });
      }
    }
    expect(fixture.stub.state.calls.jwks).toBe(3);
  });

  it("may change while an older version is still being fetched", async () => {
    await using fixture = await startProvider(() => ({ keys: { trustedInterval: 0.02 } }));
    await fixture.provider.ready();
    await fixture.stub.rotateKeys("second");
    fixture.stub.injectFault("jwks-slow");
    fixture.stub.state.responseDelay = 0.1;
    const second = fixture.provider.verify({ idToken: await fixture.stub.idToken({}, "app") }, "app");
    await sleep(60);
    await fixture.stub.rotateKeys("third");
    const third = fixture.provider.verify({ idToken: await fixture.stub.idToken({}, "app") }, "app");
    expect([await second, await third]).toMatchObject([{ outcome: "valid" }, { outcome: "valid" }]);
    expect(fixture.stub.state.calls.jwks).toBe(3);
  });

  it("verifies only tokens with an allowed algorithm", async () => {
    await using fixture = await startProvider(() => ({ algorithms: ["ES256"] }));
    expect(await fixture.provider.verify({ idToken: await fixture.stub.idToken() }, "cli")).toMatchObject({
      outcome: "invalid",
    });
    await expect(fixture.logIn()).rejects.toMatchObject({ code: "sign-in-failed" });
  });

  it("may have a key of an allowed algorithm that the metadata do not list", async () => {
    await using fixture = await startProvider();
    await fixture.stub.rotateKeys("elliptic", { alg: "ES256", keepOld: false });
    const { tokens } = await fixture.logIn();
    expect(await fixture.provider.refresh(tokens)).not.toBe("refused");
  });

  it("may get a key of another algorithm, with which Bearer tokens are verified at once", async () => {
    await using fixture = await startProvider();
    await fixture.provider.ready();
    await fixture.stub.rotateKeys("elliptic", { alg: "ES256" });
    const token = await fixture.stub.idToken();
    expect(await fixture.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
  });

  it("rejects no token with an unknown key while it cannot be fetched", async () => {
    await using fixture = await startProvider(() => ({ keys: { trustedInterval: 0.02 } }));
    await fixture.provider.ready();
    await fixture.stub.rotateKeys("second");
    const [trusted, untrusted] = [await fixture.stub.idToken({}, "app"), await fixture.stub.idToken()];
    fixture.advanceClock(30);
    fixture.stub.injectFault("jwks-500");
    for (let i = 0; i < 10; i += 1) {
      await expect(fixture.provider.verify({ idToken: trusted }, "app")).rejects.toBeInstanceOf(ProviderDown);
      await expect(fixture.provider.verify({ idToken: untrusted }, "cli")).rejects.toBeInstanceOf(
        ProviderDown,
      );
    }
    expect(fixture.stub.state.calls.jwks).toBe(2);
    fixture.stub.clearFaults();
    fixture.advanceClock(1);
    expect(await fixture.provider.verify({ idToken: trusted }, "app")).toMatchObject({ outcome: "valid" });
  });

  it("loses keys that the provider has withdrawn, and the cached verifications with them", async () => {
    await using fixture = await startProvider();
    fixture.stub.state.idTokenLifetime = 10_000;
    const token = await fixture.stub.idToken();
    expect(await fixture.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
    await fixture.stub.rotateKeys("second", { keepOld: false });
    fixture.advanceClock(600);
    expect(await fixture.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
    await vi.waitFor(async () =>
      expect(await fixture.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "invalid" }),
    );
  });

  it("is waited for no longer once the server stops", async () => {
    await using fixture = await startProvider();
    await fixture.provider.ready();
    fixture.stub.injectFault("unknown-kid");
    const waiting = fixture.provider.verify({ idToken: await fixture.stub.idToken({}, "app") }, "app");
    setTimeout(() => fixture.provider.close(), 20);
    await expect(waiting).rejects.toBeInstanceOf(ProviderDown);
  });

  it("leaves no request in flight when the server stops", async () => {
    await using fixture = await startProvider();
    fixture.stub.injectFault("jwks-slow");
    fixture.stub.state.responseDelay = 10;
    const waiting = fixture.provider.ready();
    setTimeout(() => fixture.provider.close(), 20);
    await expect(waiting).rejects.toBeInstanceOf(ProviderDown);
  });
});
