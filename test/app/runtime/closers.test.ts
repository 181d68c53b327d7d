import { describe, expect, it } from "vitest";
import { closers } from "../../../src/app/runtime/closers.ts";

const setup = () => {
  const closed: string[] = [];
  const one = (name: string, fails = false) => ({
    name,
    close: async () => {
      closed.push(name);
      if (fails) throw new Error(`${name} failed`);
    },
  });
  return { closed, one, closers: closers() };
};

describe("closers", () => {
  it("hand back what they are given", () => {
    const s = setup();
    const opened = s.one("a");
    expect(s.closers.add(opened)).toBe(opened);
  });

  it("close the last that was opened first, each once", async () => {
    const s = setup();
    for (const name of ["a", "b", "c"]) s.closers.add(s.one(name));
    await s.closers.closeAll();
    await s.closers.closeAll();
    expect(s.closed).toEqual(["c", "b", "a"]);
  });

  it("close the others after one of them failed, and tell the first failure", async () => {
    const s = setup();
    s.closers.add(s.one("a", true));
    s.closers.add(s.one("b", true));
    s.closers.add(s.one("c"));
    await expect(s.closers.closeAll()).rejects.toThrow("b failed");
    expect(s.closed).toEqual(["c", "b", "a"]);
  });

  it("wait for one before they close the next, which it may still need", async () => {
    const s = setup();
    const order: string[] = [];
    s.closers.add({ close: async () => void order.push("below") });
    s.closers.add({
      close: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push("above");
      },
    });
    await s.closers.closeAll();
    expect(order).toEqual(["above", "below"]);
  });

  it("go on after one that throws at once", async () => {
    const s = setup();
    s.closers.add(s.one("a"));
    s.closers.add({
      close: () => {
        throw new Error("at once");
      },
    });
    await expect(s.closers.closeAll()).rejects.toThrow("at once");
    expect(s.closed).toEqual(["a"]);
  });
});
