import { describe, expect, it } from "vitest";
import { updateSession } from "../../../../src/app/usecases/sessions/update-session.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Revision, StoredSession } from "../../../../src/domain/sessions/session.ts";

const revision = (text: string): StoredSession => ({ session: {}, revision: text as Revision });

/** A store in which every load finds another revision, and a write that succeeds over the last of these. */
const setup = (conflicts: number) => {
  const loads = Array.from({ length: conflicts + 1 }, (_, at) => revision(`loaded ${at + 1}`));
  const written: (string | undefined)[] = [];
  return {
    written,
    load: async () => loads.shift(),
    write: async (stored: StoredSession | undefined) => {
      written.push(stored?.revision);
      return written.length > conflicts ? ("replaced" as const) : "changed";
    },
  };
};

describe("an update of a session", () => {
  it("is written over what is stored, and over what another writer left there meanwhile", async () => {
    const { load, write, written } = setup(2);
    expect(await updateSession(load, write)).toBe("replaced");
    expect(written).toEqual(["loaded 1", "loaded 2", "loaded 3"]);
  });

  it("begins with what was loaded before, which counts once", async () => {
    const { load, write, written } = setup(1);
    expect(await updateSession(load, write, revision("known"))).toBe("replaced");
    expect(written).toEqual(["known", "loaded 1"]);
  });

  it("is told that there is no session", async () => {
    const { write, written } = setup(0);
    expect(await updateSession(async () => undefined, write)).toBe("replaced");
    expect(written).toEqual([undefined]);
  });

  it("may conflict four times; five are an outage, and nothing is written then", async () => {
    const { load, write, written } = setup(4);
    expect(await updateSession(load, write)).toBe("replaced");
    expect(written).toHaveLength(5);
    const busy = setup(5);
    await expect(updateSession(busy.load, busy.write)).rejects.toThrow(StoreDown);
    expect(busy.written).toHaveLength(5);
  });

  it("passes on what a write throws, at once", async () => {
    const cause = new TypeError("x is not a function");
    let attempts = 0;
    const write = async () => {
      attempts += 1;
      throw cause;
    };
    await expect(updateSession(setup(0).load, write)).rejects.toBe(cause);
    expect(attempts).toBe(1);
  });
});
