import { LRUCache } from "lru-cache";
import { unlessAborted } from "../../domain/abortable.ts";
import type { Seconds } from "../../domain/brand.ts";
import type { Clock } from "../../ports/driven/system/clock.ts";

/**
 * What was asked is known for so many times as long as it took, so that whoever answers is busy with one question for
 * a small part of the time at most, and what is quickly answered is always new.
 */
const timesAsLong = 10;
const longest: Seconds = 2;

/** For a whole answer; a store has its own limits for each step of it. */
const timeLimit: Seconds = 60;

/** In bytes, about; and in answers. */
const maxRemembered = 16_000_000;
const maxAnswers = 1000;

interface Remembered<Value> {
  readonly value: Value;
  readonly from: Seconds;
  readonly life: Seconds;
}

interface Question<Key, Value> {
  readonly ask: (key: Key, signal: AbortSignal) => Promise<Value>;
  readonly bytesOf: (value: Value) => number;
  readonly clock: Clock;
}

/** All who ask the same at the same time share one answer, and so do those who ask soon after. */
export interface BrieflyKnown<Key, Value> {
  of(key: Key, signal: AbortSignal): Promise<Value>;
  /** Who asks from now on gets a new answer. */
  forget(key: Key): void;
}

export const brieflyKnown = <Key extends string, Value>({
  ask,
  bytesOf,
  clock,
}: Question<Key, Value>): BrieflyKnown<Key, Value> => {
  const known = new LRUCache<Key, Remembered<Value>>({
    max: maxAnswers,
    maxSize: maxRemembered,
    sizeCalculation: ({ value }) => bytesOf(value),
  });
  const underWay = new Map<Key, Promise<Value>>();
  const recent = (key: Key): Promise<Value> | undefined => {
    const found = known.get(key);
    // Without the sign, so that a clock set back shows nothing old.
    if (found && Math.abs(clock.now() - found.from) < found.life) return Promise.resolve(found.value);
    return undefined;
  };
  const answer = async (key: Key): Promise<Remembered<Value>> => {
    const began = clock.now();
    // Others may wait for it too: it goes on when the one who began it leaves.
    const value = await ask(key, AbortSignal.timeout(timeLimit * 1000));
    const from = clock.now();
    return { value, from, life: Math.min(longest, timesAsLong * Math.max(0, from - began)) };
  };
  const begin = (key: Key): Promise<Value> => {
    const answered = answer(key);
    const work = answered.then(({ value }) => value);
    const isCurrent = () => underWay.get(key) === work;
    underWay.set(key, work);
    answered
      .then((found) => isCurrent() && known.set(key, found))
      .catch(() => known.delete(key))
      .finally(() => isCurrent() && underWay.delete(key));
    return work;
  };
  return {
    of: (key, signal) => unlessAborted(recent(key) ?? underWay.get(key) ?? begin(key), signal),
    forget: (key) => {
      known.delete(key);
      underWay.delete(key);
    },
  };
};
