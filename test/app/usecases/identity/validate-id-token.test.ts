import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src/domain/brand.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import { loginSetup } from "./login-setup.ts";

describe("a token whose groups are elsewhere", () => {
  const setup = () => {
    const s = loginSetup();
    const elsewhere = { aud: "cli", groups: undefined as never, _claim_names: { groups: "src1" } };
    const present = async (sub: string) => {
      const validation = await s.validate(s.identityProvider.tokensOf(sub, [], elsewhere), "cli");
      expect(validation.outcome).toBe("valid");
    };
    const told = () =>
      s.log.events.flatMap((event) => (event.event === "groups-elsewhere" ? [event.username] : []));
    return { ...s, present, told };
  };

  it("is told of once for each person, whichever token they have", async () => {
    const s = setup();
    for (const sub of ["alice", "alice", "bob", "alice"]) await s.present(sub);
    expect(s.told()).toEqual(["alice", "bob"]);
    const reason = expect.stringContaining("the token has no claim groups");
    expect(s.log.events[0]).toEqual({ event: "groups-elsewhere", username: "alice", reason });
  });

  it("is told of again when a thousand others had one since, so that no more are remembered", async () => {
    const s = setup();
    await s.present("alice");
    for (let other = 0; other < 999; other += 1) await s.present(`person-${other}`);
    await s.present("alice");
    expect(s.told()).toHaveLength(1000);
    await s.present("one more");
    await s.present("alice");
    expect(s.told().slice(1000)).toEqual(["one more", "alice"]);
  });
});

describe("an invalid token", () => {
  const reasonOf = async (claims: JsonObject) => {
    const s = loginSetup();
    await s.marks.mark("alice" as Username, s.clock.now() - 10);
    return s.validate(s.identityProvider.tokensOf("alice", [], { aud: "cli", ...claims }), "cli");
  };

  it.each<[string, JsonObject, string]>([
    ["the provider's adapter", { aud: "other" }, "it is for somebody else"],
    [
      "a claim that names nobody",
      { sub: "" },
      "The token names no user: the claim sub holds an empty text; it has to be a text.",
    ],
    ["a date that is missing", { iat: null }, "The token does not say when it was issued."],
  ])("says why, by %s", async (_, claims, reason) => {
    expect(await reasonOf(claims)).toEqual({ outcome: "invalid", reason });
  });
});
