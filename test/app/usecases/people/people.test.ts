import { describe, expect, it } from "vitest";
import { people } from "../../../../src/app/usecases/people/people.ts";
import { StoreDown } from "../../../../src/domain/failure.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import { recordOf } from "../../../domain/people/sample.ts";
import { peopleSetup } from "./people-setup.ts";

const { signal } = new AbortController();

const setup = async () => {
  const s = peopleSetup();
  await s.signedIn(recordOf("dora"), recordOf("erin"));
  const reads: string[] = [];
  const fault: { down?: StoreDown } = {};
  const records: Records = {
    ...s.records,
    read: async (key, never) => {
      reads.push(key.id);
      if (fault.down) throw fault.down;
      return s.records.read(key, never);
    },
  };
  const known = people(records);
  const names = async () => (await known.all(signal)).map(({ username }) => username);
  return { ...s, reads, fault, names };
};

describe("everybody who has signed in", () => {
  it("is read twice for all who ask at the same time", async () => {
    const s = await setup();
    const all = await Promise.all(Array.from({ length: 20 }, s.names));
    expect(all).toEqual(Array(20).fill(["dora", "erin"]));
    expect(s.reads).toHaveLength(4);
  });

  it("is read after it was asked for", async () => {
    const s = await setup();
    const first = s.names();
    await s.signedIn(recordOf("fay"));
    const second = s.names();
    await first;
    expect(await second).toEqual(["dora", "erin", "fay"]);
    expect(await s.names()).toEqual(["dora", "erin", "fay"]);
  });

  it("is an outage for those who wait for it, and read anew for those who come then", async () => {
    const s = await setup();
    s.fault.down = new StoreDown();
    const failed = await Promise.allSettled([s.names(), s.names()]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    delete s.fault.down;
    expect(await s.names()).toEqual(["dora", "erin"]);
  });
});
