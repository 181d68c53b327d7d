import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backgroundWork } from "../../../src/app/runtime/background-work.ts";
import { ProviderDown, StoreDown } from "../../../src/domain/failure.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";

const setup = (drainTimeout = 5) => {
  const log = recordingLog();
  return { log, ...backgroundWork({ log, drainTimeout }) };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Of the faked kind. */
const delay = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

/** Fails so many times in this way, and says how often it was called. */
const failing = (times: number, cause: Error = new ProviderDown()) =>
  vi.fn(async () => {
    if (times-- > 0) throw cause;
  });

describe("work in the background", () => {
  it("is not waited for, and done soon", async () => {
    const s = setup();
    const work = vi.fn(async () => undefined);
    s.add("a test", work);
    await pass(0);
    expect(work).toHaveBeenCalledTimes(1);
    expect(s.log.events).toEqual([]);
  });

  it("is done later when that is asked for", async () => {
    const s = setup();
    const work = vi.fn(async () => undefined);
    s.add("a test", work, 5);
    await pass(4.9);
    expect(work).not.toHaveBeenCalled();
    await pass(0.2);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it.each([new ProviderDown(), new StoreDown()])("is tried again after an outage: $code", async (cause) => {
    const s = setup();
    const work = failing(2, cause);
    s.add("a test", work);
    await pass(1.1);
    expect(work).toHaveBeenCalledTimes(2);
    await pass(10);
    expect(work).toHaveBeenCalledTimes(3);
    expect(s.log.events).toEqual(
      Array.from({ length: 2 }, () => ({ event: "background", what: "a test", cause })),
    );
  });

  it("is given up after the third try, and at once for what is no outage", async () => {
    const s = setup();
    const [down, broken] = [failing(9), failing(9, new TypeError("x"))];
    s.add("a test", down);
    s.add("another", broken);
    await pass(60);
    expect([down.mock.calls.length, broken.mock.calls.length]).toEqual([3, 1]);
    expect(s.log.events).toHaveLength(4);
  });

  it("is done by a few at once", async () => {
    const s = setup();
    let [open, most, done] = [0, 0, 0];
    const work = async () => {
      most = Math.max(most, ++open);
      await delay(100);
      open--;
      done++;
    };
    for (let n = 0; n < 35; n++) s.add("a test", work);
    await pass(1);
    expect([most, done]).toEqual([10, 35]);
  });

  it("does not wait without bound: what is too much is dropped, and told", async () => {
    const s = setup();
    const work = vi.fn(async () => undefined);
    vi.useRealTimers();
    for (let n = 0; n < 1003; n++) s.add("a test", work, 100);
    expect(s.log.events).toHaveLength(3);
    await s.close();
    expect(work).toHaveBeenCalledTimes(1000);
  });
});

describe("closing", () => {
  it("does at once what was to be done later or again, and once", async () => {
    const s = setup();
    const [later, again] = [vi.fn(async () => undefined), failing(9)];
    s.add("later", later, 100);
    s.add("again", again);
    await pass(0.5);
    await s.close();
    expect([later.mock.calls.length, again.mock.calls.length]).toEqual([1, 2]);
  });

  it("waits for what is under way, and for what that has kept waiting", async () => {
    const s = setup();
    let done = 0;
    for (let n = 0; n < 25; n++) s.add("a test", () => delay(1000).then(() => void done++));
    const closed = s.close();
    await pass(3.1);
    await closed;
    expect(done).toBe(25);
  });

  it("waits no longer than it may, and tells what is not done", async () => {
    const s = setup();
    for (let n = 0; n < 12; n++) s.add("a test", () => new Promise(() => undefined));
    const closed = s.close();
    await pass(5.1);
    await closed;
    expect(s.log.events).toHaveLength(2);
  });
});
