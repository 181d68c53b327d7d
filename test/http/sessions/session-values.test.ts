import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Counter } from "../../support/measuring/counter.ts";
import { startCounter } from "../../support/measuring/counter.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import { memorySessionStore } from "../../support/memory/session-store.ts";

let counter: Counter;
beforeAll(async () => {
  counter = await startCounter(memorySessionStore(manualClock()));
});
afterAll(() => counter.close());

const visit = (path: string, cookie?: string) => counter.visit(path, cookie);

describe("a value in a session", () => {
  test("is kept between requests", async () => {
    const first = await visit("/count");
    expect(first).toEqual({ text: "1", cookie: expect.stringMatching(/^nextstrain\.org-session=s%3A/) });
    for (const text of ["2", "3", "4"]) {
      expect(await visit("/count", first.cookie)).toEqual({ text, cookie: first.cookie });
    }
    expect((await visit("/look", first.cookie)).text).toBe("4");
  });

  test("begins a session when it is set", async () => {
    expect(await visit("/look")).toEqual({ text: "none", cookie: undefined });
  });

  test("belongs to one session", async () => {
    const [one, other] = [await visit("/count"), await visit("/count")];
    expect(one.cookie).not.toBe(other.cookie);
    expect((await visit("/count", one.cookie)).text).toBe("2");
    expect((await visit("/look", other.cookie)).text).toBe("1");
  });

  test("is deleted with its session, and the next session has a new id", async () => {
    const { cookie } = await visit("/count");
    expect((await visit("/end", cookie)).cookie).toBe("nextstrain.org-session=");
    const next = await visit("/count", cookie);
    expect(next.text).toBe("1");
    expect(next.cookie).not.toBe(cookie);
  });
});
