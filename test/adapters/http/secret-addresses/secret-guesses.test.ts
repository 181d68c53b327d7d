import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { failureStatus } from "../../../../src/adapters/http/middleware/failure-status.ts";
import { secretGuesses } from "../../../../src/adapters/http/secret-addresses/secret-guesses.ts";
import { memoryLimiters } from "../../../../src/adapters/memory/limiter.ts";
import { isFailure, NotFound, StoreDown, TooManyAttempts } from "../../../../src/domain/failure.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";

const requestFrom = (remoteAddress: string, forwardedFor?: string) =>
  ({
    state: { isForwarded: forwardedFor !== undefined },
    req: { socket: { remoteAddress } },
    get: () => forwardedFor ?? "",
  }) as unknown as Context;

const open = () => {
  const clock = manualClock();
  const guesses = secretGuesses(memoryLimiters(clock));
  const lookUp = (ctx: Context, result: () => Promise<unknown>) =>
    guesses.count(ctx, result).catch((error: unknown) => error);
  const unknown = async () => {
    throw new NotFound("There is nothing here.");
  };
  return {
    clock,
    lookUp,
    guess: (ctx: Context) => lookUp(ctx, unknown),
    guessTimes: async (ctx: Context, count: number) => {
      for (let guess = 0; guess < count; guess += 1) await lookUp(ctx, unknown);
    },
  };
};

const [alice, mallory] = [requestFrom("192.0.2.1"), requestFrom("192.0.2.2")];

describe("guesses of secrets", () => {
  it("are refused after fifty from one address, right or wrong, and say how long to wait", async () => {
    const { guess, guessTimes, lookUp, clock } = open();
    await guessTimes(mallory, 49);
    expect(await guess(mallory)).toBeInstanceOf(NotFound);
    const refused = await guess(mallory);
    expect(refused).toBeInstanceOf(TooManyAttempts);
    expect(isFailure(refused) && failureStatus(refused)).toEqual({
      status: 429,
      headers: { "Retry-After": "30" },
    });
    expect(await lookUp(mallory, async () => "found")).toBeInstanceOf(TooManyAttempts);
    clock.pass(30);
    expect(await lookUp(mallory, async () => "found")).toBe("found");
  });

  it("harm nobody behind another address", async () => {
    const { guessTimes, lookUp } = open();
    await guessTimes(mallory, 60);
    expect(await lookUp(alice, async () => "found")).toBe("found");
  });

  it("do not count when the secret was right, or an outage left it open", async () => {
    const { lookUp } = open();
    for (let visit = 0; visit < 80; visit += 1) {
      expect(await lookUp(alice, async () => "found")).toBe("found");
      expect(await lookUp(alice, () => Promise.reject(new StoreDown()))).toBeInstanceOf(StoreDown);
    }
  });

  it("count concurrent ones too", async () => {
    const { guess } = open();
    const results = await Promise.all(Array.from({ length: 80 }, () => guess(mallory)));
    expect(results.filter((each) => each instanceof NotFound)).toHaveLength(50);
  });

  it.each([
    ["one /64 of IPv6", requestFrom("2001:db8:1:2::1"), requestFrom("2001:db8:1:2:ffff:1:2:3"), true],
    ["two /64 of IPv6", requestFrom("2001:db8:1:2::1"), requestFrom("2001:db8:1:3::1"), false],
    ["IPv4, mapped and not", requestFrom("::ffff:192.0.2.2"), mallory, true],
    ["one client of a proxy", requestFrom("::1", "192.0.2.2"), requestFrom("127.0.0.1", "192.0.2.2"), true],
    ["two clients of a proxy", requestFrom("::1", "192.0.2.2"), requestFrom("::1", "192.0.2.3"), false],
    ["a link-local address with its zone", requestFrom("fe80::1%eth0"), requestFrom("fe80::2%eth0"), true],
    ["something that is no address", requestFrom("::1", "unknown"), requestFrom("::1", "unknown"), true],
  ])("count by network: %s", async (_, first, second, isOne) => {
    const { guess, guessTimes } = open();
    await guessTimes(first, 50);
    expect((await guess(second)) instanceof TooManyAttempts).toBe(isOne);
  });
});
