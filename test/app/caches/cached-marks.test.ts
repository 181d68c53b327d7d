import { describe, expect, it } from "vitest";
import { cachedMarks } from "../../../src/app/caches/cached-marks.ts";
import { StoreDown } from "../../../src/domain/failure.ts";
import type { Username } from "../../../src/domain/identity/user.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memoryNotBeforeMarks } from "../../support/memory/not-before-marks.ts";

const alice = "alice" as Username;
const bob = "bob" as Username;

const setup = () => {
  const clock = manualClock();
  const shared = memoryNotBeforeMarks(clock, 1000);
  const asked: string[] = [];
  const counting = {
    mark: shared.mark,
    now: shared.now,
    find: (username: Username) => {
      asked.push(username);
      return shared.find(username);
    },
  };
  return { clock, shared, counting, asked, marks: cachedMarks(counting, clock) };
};

describe("cached marks", () => {
  it("ask the store once in a few seconds for each user, also when there is no mark", async () => {
    const s = setup();
    for (const username of [alice, alice, bob, alice]) expect(await s.marks.find(username)).toBeUndefined();
    expect(s.asked).toEqual([alice, bob]);
  });

  it("notice another instance's mark within five seconds", async () => {
    const s = setup();
    await s.marks.find(alice);
    await s.shared.mark(alice, 7);
    s.clock.pass(4.9);
    expect(await s.marks.find(alice)).toBeUndefined();
    s.clock.pass(0.1);
    expect(await s.marks.find(alice)).toBe(7);
  });

  it("notice one set here at once", async () => {
    const s = setup();
    await s.marks.find(alice);
    await s.marks.mark(alice, 7);
    expect(await s.marks.find(alice)).toBe(7);
  });

  it("notice one set here while the store was being asked", async () => {
    const s = setup();
    const answer = Promise.withResolvers<undefined>();
    const { find } = s.counting;
    s.counting.find = () => answer.promise;
    const early = s.marks.find(alice);
    s.counting.find = find;
    await s.marks.mark(alice, 7);
    answer.resolve(undefined);
    await early;
    expect(await s.marks.find(alice)).toBe(7);
  });

  it("keep no outage", async () => {
    const s = setup();
    const { find } = s.counting;
    s.counting.find = () => Promise.reject(new StoreDown());
    await expect(s.marks.find(alice)).rejects.toThrow(StoreDown);
    s.counting.find = find;
    expect(await s.marks.find(alice)).toBeUndefined();
  });
});
