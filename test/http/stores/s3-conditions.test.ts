import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { connectS3 } from "../../../src/adapters/s3/connection.ts";
import { startProbe } from "../../../src/adapters/s3/probe/start-probe.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import { parseGroupName } from "../../../src/domain/groups/group.ts";
import type { ObjectKey } from "../../../src/domain/resources/object-key.ts";
import type { ETag, Precondition } from "../../../src/domain/resources/stored-object.ts";
import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";
import { recordingLog } from "../../support/measuring/recording-log.ts";
import { s3Error } from "../../support/resources/stub-s3.ts";
import type { StubBehavior } from "../../support/resources/stub-s3-bucket.ts";
import { startStubBucket } from "../../support/resources/stub-s3-bucket.ts";
import { openS3Store, probeS3Store } from "../../support/stores/open-s3-store.ts";

const never = new AbortController().signal;
const key = "blab/datasets/a.json" as ObjectKey;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const startBucket = async (behavior: StubBehavior = {}) => {
  const bucket = await startStubBucket(behavior);
  closers.push(() => bucket.close());
  return bucket;
};

const supportsAll = {
  ifNoneMatch: ["put", "complete"],
  ifMatch: ["put", "complete", "delete"],
} as const satisfies StubBehavior;

/** The behavior of Ceph RGW 16. */
const unquotedPut = {
  ifNoneMatch: ["put"],
  ifMatch: ["put"],
  unquoted: true,
} as const satisfies StubBehavior;

const behaviors: Record<string, { behavior: StubBehavior; heeds: string[]; ignores: string[] }> = {
  "every condition": {
    behavior: supportsAll,
    heeds: [
      "put If-None-Match",
      "put If-Match",
      "complete If-None-Match",
      "complete If-Match",
      "delete If-Match",
    ],
    ignores: [],
  },
  "those of puts, with unquoted tags": {
    behavior: unquotedPut,
    heeds: ["put If-None-Match", "put If-Match (unquoted)"],
    ignores: ["complete If-None-Match", "complete If-Match", "delete If-Match"],
  },
  none: {
    behavior: {},
    heeds: [],
    ignores: [
      "put If-None-Match",
      "put If-Match",
      "complete If-None-Match",
      "complete If-Match",
      "delete If-Match",
    ],
  },
};

const probed = async (behavior: StubBehavior) => {
  const bucket = await startBucket(behavior);
  const log = recordingLog();
  const connection = connectS3(bucket.options, log);
  const probe = startProbe(connection, systemClock());
  closers.push(
    () => connection.close(),
    () => probe.close(),
  );
  return { bucket, log, probe };
};

const text = (content: string, repeated = 1) => ({
  contentType: "application/json",
  body: (async function* () {
    for (let n = 0; n < repeated; n++) yield Buffer.from(content);
  })(),
});

const put = (store: ResourceStore, content: string, condition: Precondition) =>
  store.write(key, text(content), condition, never);

const etagIn = async (store: ResourceStore): Promise<ETag> =>
  (await store.stat(key, never))?.etag ?? expect.unreachable();

describe("the probe of a store", () => {
  it.each(Object.entries(behaviors))("finds that it supports %s, and logs that once", async (_, expected) => {
    const { log, probe, bucket } = await probed(expected.behavior);
    await probe.ended;
    const { heeds, ignores } = expected;
    expect(log.events).toEqual([{ event: "store-probe", heeds, ignores }]);
    expect(probe.supportedConditions()?.size).toBe(heeds.length);
    expect([...bucket.objects.keys(), ...bucket.uploads.keys()]).toEqual([]);
  });

  it("uses only keys below a prefix that no group can have", async () => {
    const { bucket, probe } = await probed(supportsAll);
    await probe.ended;
    const keys = bucket.requests.map((line) => line.split(" ")[1]?.split("?")[0]?.replace("/bucket", ""));
    expect(
      keys.filter((path) => path !== "" && path !== "/" && !path?.startsWith("/.groups-server/probe/")),
    ).toEqual([]);
    expect(parseGroupName(".groups-server")).toBeUndefined();
  });

  it("logs that the right to list is missing", async () => {
    const { log, probe } = await probed({ ...supportsAll, deniesLists: true });
    await probe.ended;
    expect(log.events).toMatchObject([
      { event: "store-probe", fault: expect.stringContaining("s3:ListBucket") },
    ]);
  });

  it.each([
    ["503", (response: Parameters<typeof s3Error>[0]) => s3Error(response, 503, "SlowDown")],
    ["403", (response: Parameters<typeof s3Error>[0]) => s3Error(response, 403, "AccessDenied")],
    ["404 NoSuchBucket", (response: Parameters<typeof s3Error>[0]) => s3Error(response, 404, "NoSuchBucket")],
  ])("takes %s for no definite answer, and retries", async (_, answer) => {
    let isAway = true;
    const { log, probe } = await probed({
      ...supportsAll,
      intercept: (_request, response) => {
        if (isAway) answer(response);
        return isAway;
      },
    });
    await expect.poll(() => log.events, { timeout: 8000 }).toMatchObject([{ event: "background" }]);
    expect(probe.supportedConditions()).toBeUndefined();
    isAway = false;
    await probe.ended;
    expect(probe.supportedConditions()?.size).toBe(5);
    expect(log.events.map(({ event }) => event)).toEqual(["background", "store-probe"]);
  });

  it("ends when it is closed while the store does not answer", async () => {
    const { log, probe } = await probed({ intercept: () => true });
    await sleep(50);
    await probe.close();
    expect(probe.supportedConditions()).toBeUndefined();
    expect(log.events).toEqual([]);
  });
});

describe.each(Object.entries(behaviors))(
  "conditional writes to a store that supports %s",
  (_, { behavior }) => {
    const open = async (isKnown: boolean) => {
      const bucket = await startBucket({ ...behavior, writeDelay: 5 });
      const probeResult = isKnown ? await probeS3Store(bucket.options) : undefined;
      const another = () => {
        const store = openS3Store(bucket.options, probeResult);
        closers.push(() => store.close());
        return store;
      };
      return { bucket, another };
    };

    describe.each([
      ["known", true],
      ["not known yet", false],
    ])("which is %s to the server", (_known, isKnown) => {
      it.each([
        ["small", 1],
        ["large", 600],
      ])("let one of eight %s writers create an object", async (_size, repeated) => {
        const { bucket, another } = await open(isKnown);
        const outcomes = await Promise.all(
          Array.from({ length: 8 }, (_each, n) =>
            another().write(key, text(`${n}`.repeat(10_000), repeated), { kind: "absent" }, never),
          ),
        );
        expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
        expect(String(bucket.objects.get(key)?.subarray(0, 1))).toBe(`${outcomes.indexOf("done")}`);
        expect(bucket.uploads.size).toBe(0);
      });

      it("change what was read, once, and remove it", async () => {
        const { bucket, another } = await open(isKnown);
        const [store, other] = [another(), another()];
        await put(store, "first", { kind: "absent" });
        const etags = [await etagIn(store)];
        const outcomes = await Promise.all(
          [store, other].map((each, n) => put(each, `second ${n}`, { kind: "matches", etags })),
        );
        expect(outcomes.toSorted()).toEqual(["done", "precondition-failed"]);
        expect(await store.remove(key, { kind: "matches", etags }, never)).toBe("precondition-failed");
        expect(await store.remove(key, { kind: "matches", etags: [await etagIn(store)] }, never)).toBe(
          "done",
        );
        expect(bucket.objects.size).toBe(0);
      });

      it("notice who wrote without a condition during a large upload", async () => {
        const { another } = await open(isKnown);
        const store = another();
        async function* body() {
          yield Buffer.alloc(6_000_000);
          await put(store, "other", { kind: "none" });
          yield Buffer.from("end");
        }
        const content = { contentType: "application/json", body: body() };
        expect(await store.write(key, content, { kind: "absent" }, never)).toBe("precondition-failed");
        expect((await store.stat(key, never))?.size).toBe(5);
      });
    });
  },
);
