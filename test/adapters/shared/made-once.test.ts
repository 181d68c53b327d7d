import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { madeOnce } from "../../../src/adapters/shared/made-once.ts";

interface Source {
  readonly text: string;
}

/** Makes texts longer, each when it is told to, and counts the places that were asked for. */
const setup = () => {
  const begun: { text: string; finish(): void; fail(error: Error): void }[] = [];
  const places: string[] = [];
  const made = madeOnce<{ made: string }, Source>({
    maxSize: 1000,
    sizeOf: ({ made: text }) => text.length,
    make: (source, lasts) =>
      new Promise((resolve, reject) => {
        if (source.text === "brief") lasts(0.01);
        begun.push({ text: source.text, finish: () => resolve({ made: `${source.text}!` }), fail: reject });
      }),
  });
  return {
    begun,
    places,
    of: (text: string) =>
      made.of(text, { text }, (run) => {
        places.push(text);
        return run();
      }),
  };
};

describe("What is made once", () => {
  it("is the same for all who ask, and only who begins it takes a place", async () => {
    const { begun, places, of } = setup();
    const asked = [of("a"), of("a")];
    await turn();
    begun[0]?.finish();
    const [first, second] = await Promise.all(asked);
    expect([first, second, await of("a")]).toEqual([{ made: "a!" }, first, first]);
    expect([begun.length, places]).toEqual([1, ["a"]]);
  });

  it("is begun anew after it failed, for which all who waited are told why", async () => {
    const { begun, places, of } = setup();
    const asked = [of("a"), of("a")];
    begun[0]?.fail(new Error("no paper"));
    for (const each of asked) await expect(each).rejects.toThrow("no paper");
    const again = of("a");
    begun[1]?.finish();
    expect([await again, places]).toEqual([{ made: "a!" }, ["a", "a"]]);
  });

  it("is made anew when its time is over, or there was no room for it", async () => {
    const { begun, places, of } = setup();
    for (const text of ["brief", "brief", "b".repeat(600), "c".repeat(600), "b".repeat(600)]) {
      const asked = of(text);
      begun.at(-1)?.finish();
      await asked;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([begun.length, places.length]).toEqual([5, 5]);
  });
});
