import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { ProviderDown } from "../../../../src/domain/failure.ts";
import { type SigningKey, signingKey } from "../../../support/stub-provider/signing-key.ts";
import { pair } from "../provider.ts";

const withUse = (key: SigningKey, use: string): SigningKey => ({
  ...key,
  publicJwk: { ...key.publicJwk, use },
});

describe("Ed25519, by its old name and by its new one", () => {
  it.each([
    ["EdDSA", "EdDSA"],
    ["Ed25519", "Ed25519"],
    ["EdDSA", "Ed25519"],
    ["Ed25519", "EdDSA"],
    [undefined, "Ed25519"],
  ] as const)("signs tokens, where the key states %s and the token %s", async (ofKey, ofToken) => {
    await using all = await pair();
    await all.stub.rotateKeys("edwards", { alg: ofToken });
    const [key] = all.stub.state.keys;
    if (!key) throw new Error("There is no key");
    const { alg: _, ...publicJwk } = key.publicJwk;
    all.stub.state.keys = [{ ...key, publicJwk: ofKey ? { ...publicJwk, alg: ofKey } : publicJwk }];
    const { tokens } = await all.logIn();
    for (const [idToken, audience] of [
      [tokens.idToken, "app"],
      [await all.stub.idToken(), "cli"],
    ] as const) {
      expect(await all.provider.verify({ idToken }, audience)).toMatchObject({ outcome: "valid" });
    }
  });
});

describe("the provider's keys", () => {
  it("are fetched a few times only for unknown keys, whatever the flood; what then is in doubt is an outage", async () => {
    await using all = await pair();
    await all.provider.ready();
    all.stub.misbehave("unknown-kid");
    const flood = async (tag: string) => {
      const tokens = await Promise.all(
        Array.from({ length: 30 }, (_, i) => all.stub.idToken({ jti: `${tag}${i}` })),
      );
      const verify = (idToken: string) =>
        all.provider.verify({ idToken }, "cli").then(
          ({ outcome }) => outcome,
          (error) => (error instanceof ProviderDown ? "down" : "failed"),
        );
      return new Set(await Promise.all(tokens.map(verify)));
    };
    for (let fetches = 2; fetches <= 6; fetches += 1) {
      expect(await flood(`a${fetches}`)).toEqual(new Set(["invalid"]));
      expect(all.stub.state.calls.jwks).toBe(fetches);
    }
    for (let more = 0; more < 5; more += 1) expect(await flood(`b${more}`)).toEqual(new Set(["down"]));
    expect(all.stub.state.calls.jwks).toBe(6);
    all.passSeconds(6);
    expect(await flood("c")).toEqual(new Set(["invalid"]));
    expect(await flood("d")).toEqual(new Set(["down"]));
    expect(all.stub.state.calls.jwks).toBe(7);
  });

  it("are fetched for logout notices however many tokens of strangers come, and the other way round", async () => {
    await using all = await pair();
    await all.provider.ready();
    all.stub.misbehave("unknown-kid");
    for (let i = 0; i < 10; i += 1) {
      const idToken = await all.stub.idToken({ jti: `${i}` });
      await all.provider.verify({ idToken }, "cli").catch(() => undefined);
    }
    all.stub.behave();
    await all.stub.rotateKeys("second");
    expect(await all.provider.verifyLogout(await all.stub.logoutToken({ sub: "x" }))).toMatchObject({
      outcome: "valid",
    });
  });

  const damaged: readonly (readonly [string, (keys: readonly SigningKey[]) => readonly SigningKey[]])[] = [
    ["has no keys", () => []],
    ["has keys for encryption only", (keys) => keys.map((key) => withUse(key, "enc"))],
    ["has two keys of one name", (keys) => [...keys, ...keys]],
    [
      "has the key under another use, beside another",
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

  it.each(damaged)("prove nothing while their set %s, to nobody", async (_, damage) => {
    await using all = await pair(() => ({ keys: { ownInterval: 0.02 } }));
    const [own, stranger] = [await all.stub.idToken({}, "app"), await all.stub.idToken()];
    const notice = await all.stub.logoutToken({ sub: "x" });
    const { keys } = all.stub.state;
    all.stub.state.keys = damage(keys);
    const own1 = await all.provider.verify({ idToken: own }, "app").catch((error: unknown) => error);
    if (own1 instanceof Error) expect(own1).toBeInstanceOf(ProviderDown);
    else expect(own1).toMatchObject({ outcome: "unverifiable" });
    await expect(all.provider.verify({ idToken: stranger }, "cli")).rejects.toBeInstanceOf(ProviderDown);
    await expect(all.provider.verifyLogout(notice)).rejects.toBeInstanceOf(ProviderDown);
    all.stub.state.keys = keys;
    all.passSeconds(30);
    expect(await all.provider.verify({ idToken: own }, "app")).toMatchObject({ outcome: "valid" });
    expect(await all.provider.verify({ idToken: stranger }, "cli")).toMatchObject({ outcome: "valid" });
  });

  it("prove nothing while one has another's name: the set is fetched anew, and strangers cause few fetches", async () => {
    await using all = await pair(() => ({ keys: { ownInterval: 0.02 } }));
    const verifyAll = async () => [
      (await all.provider.verify({ idToken: await all.stub.idToken({}, "app") }, "app")).outcome,
      (await all.provider.verify({ idToken: await all.stub.idToken() }, "cli")).outcome,
      (await all.provider.verifyLogout(await all.stub.logoutToken({ sub: "x" }))).outcome,
    ];
    const { keys } = all.stub.state;
    const another = await signingKey("RS256", "another");
    const misnamed = keys.map((key) => ({ ...key, publicJwk: { ...another.publicJwk, kid: key.kid } }));
    for (const at of [0, 1, 2]) {
      all.stub.state.keys = misnamed;
      all.passSeconds(601);
      await all.provider.ready();
      await vi.waitFor(async () => {
        expect(all.stub.state.calls.jwks).toBe(2 * at + 1);
      });
      await sleep(50);
      all.stub.state.keys = keys;
      expect((await verifyAll())[at]).toBe("valid");
    }
    const before = all.stub.state.calls.jwks;
    all.stub.misbehave("bad-signature");
    for (let i = 0; i < 20; i += 1) {
      const idToken = await all.stub.idToken({ jti: `${i}` });
      expect(await all.provider.verify({ idToken }, "cli")).toMatchObject({ outcome: "invalid" });
    }
    expect(all.stub.state.calls.jwks - before).toBeLessThanOrEqual(5);
  });

  it("may change between two requests of a session, on the instance that did not renew it", async () => {
    await using all = await pair(() => ({ keys: { ownInterval: 0.02 } }));
    await all.provider.ready();
    for (const kid of ["second", "third"]) {
      await all.stub.rotateKeys(kid);
      const tokens = await Promise.all(
        Array.from({ length: 10 }, (_, i) => all.stub.idToken({ jti: `${i}` }, "app")),
      );
      for (const outcome of await Promise.all(
        tokens.map((token) => all.provider.verify({ idToken: token }, "app")),
      )) {
        expect(outcome).toMatchObject({ outcome: "valid" });
      }
    }
    expect(all.stub.state.calls.jwks).toBe(3);
  });

  it("may change while an older state is still on its way here", async () => {
    await using all = await pair(() => ({ keys: { ownInterval: 0.02 } }));
    await all.provider.ready();
    await all.stub.rotateKeys("second");
    all.stub.misbehave("jwks-slow");
    all.stub.state.slowness = 0.1;
    const second = all.provider.verify({ idToken: await all.stub.idToken({}, "app") }, "app");
    await sleep(60);
    await all.stub.rotateKeys("third");
    const third = all.provider.verify({ idToken: await all.stub.idToken({}, "app") }, "app");
    expect([await second, await third]).toMatchObject([{ outcome: "valid" }, { outcome: "valid" }]);
    expect(all.stub.state.calls.jwks).toBe(3);
  });

  it("count only with algorithms that are allowed", async () => {
    await using all = await pair(() => ({ algorithms: ["ES256"] }));
    expect(await all.provider.verify({ idToken: await all.stub.idToken() }, "cli")).toMatchObject({
      outcome: "invalid",
    });
    await expect(all.logIn()).rejects.toMatchObject({ code: "sign-in-failed" });
  });

  it("may be of an allowed algorithm that the provider does not list", async () => {
    await using all = await pair();
    await all.stub.rotateKeys("elliptic", { alg: "ES256", keepOld: false });
    const { tokens } = await all.logIn();
    expect(await all.provider.refresh(tokens)).not.toBe("refused");
  });

  it("may be followed by new ones of another algorithm; Bearer tokens are checked with them at once", async () => {
    await using all = await pair();
    await all.provider.ready();
    await all.stub.rotateKeys("elliptic", { alg: "ES256" });
    const token = await all.stub.idToken();
    expect(await all.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
  });

  it("are an outage, not a verdict, when a new one is needed and the set cannot be had", async () => {
    await using all = await pair(() => ({ keys: { ownInterval: 0.02 } }));
    await all.provider.ready();
    await all.stub.rotateKeys("second");
    const [own, stranger] = [await all.stub.idToken({}, "app"), await all.stub.idToken()];
    all.passSeconds(30);
    all.stub.misbehave("jwks-500");
    for (let i = 0; i < 10; i += 1) {
      await expect(all.provider.verify({ idToken: own }, "app")).rejects.toBeInstanceOf(ProviderDown);
      await expect(all.provider.verify({ idToken: stranger }, "cli")).rejects.toBeInstanceOf(ProviderDown);
    }
    expect(all.stub.state.calls.jwks).toBe(2);
    all.stub.behave();
    all.passSeconds(1);
    expect(await all.provider.verify({ idToken: own }, "app")).toMatchObject({ outcome: "valid" });
  });

  it("are forgotten once the provider has withdrawn them, with the verdicts they led to", async () => {
    await using all = await pair();
    all.stub.state.tokenLife = 10_000;
    const token = await all.stub.idToken();
    expect(await all.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
    await all.stub.rotateKeys("second", { keepOld: false });
    all.passSeconds(600);
    expect(await all.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "valid" });
    await vi.waitFor(async () =>
      expect(await all.provider.verify({ idToken: token }, "cli")).toMatchObject({ outcome: "invalid" }),
    );
  });

  it("are waited for no longer once the server stops", async () => {
    await using all = await pair();
    await all.provider.ready();
    all.stub.misbehave("unknown-kid");
    const waiting = all.provider.verify({ idToken: await all.stub.idToken({}, "app") }, "app");
    setTimeout(() => all.provider.close(), 20);
    await expect(waiting).rejects.toBeInstanceOf(ProviderDown);
  });

  it("leave no request under way when the server stops", async () => {
    await using all = await pair();
    all.stub.misbehave("jwks-slow");
    all.stub.state.slowness = 10;
    const waiting = all.provider.ready();
    setTimeout(() => all.provider.close(), 20);
    await expect(waiting).rejects.toBeInstanceOf(ProviderDown);
  });
});
