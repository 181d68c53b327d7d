import { gunzipSync, gzipSync } from "node:zlib";
import { memoryLimiters } from "../../../../src/adapters/memory/limiter.ts";
import { objectRecords } from "../../../../src/adapters/records/object-records.ts";
import { auditLog } from "../../../../src/adapters/system/audit-log.ts";
import { systemRandom } from "../../../../src/adapters/system/random.ts";
import { cachedListings } from "../../../../src/app/caches/cached-listings.ts";
import { accessRequestRecords } from "../../../../src/app/usecases/access-requests/access-request-records.ts";
import { groupAccess } from "../../../../src/app/usecases/groups/access.ts";
import { groups } from "../../../../src/app/usecases/groups/groups.ts";
import { listings } from "../../../../src/app/usecases/groups/listings.ts";
import { invitationPointers } from "../../../../src/app/usecases/invitations/invitation-pointers.ts";
import { mailMessages } from "../../../../src/app/usecases/people/mail-messages.ts";
import { memberships } from "../../../../src/app/usecases/people/memberships.ts";
import { people } from "../../../../src/app/usecases/people/people.ts";
import { storedFiles } from "../../../../src/app/usecases/resources/stored-files.ts";
import { BadContent } from "../../../../src/domain/failure.ts";
import type { Group } from "../../../../src/domain/groups/group.ts";
import { normaliseGroupName } from "../../../../src/domain/groups/group.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { DatasetConverter } from "../../../../src/ports/driven/resources/dataset-converter.ts";
import type { ResourceStore } from "../../../../src/ports/driven/resources/resource-store.ts";
import type { Attempt, OpenGroup } from "../../../../src/ports/driving/groups.ts";
import { privateGroup, publicGroup } from "../../../domain/sample.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { memoryResourceStore } from "../../../support/memory/resource-store.ts";
import { manualBackground } from "../sessions/manual-background.ts";

export const signal = new AbortController().signal;

export async function* streamOf(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? new TextEncoder().encode(part) : part;
}

/** Counts what is asked of a store. */
const counted = (store: ResourceStore) => {
  const calls: string[] = [];
  const counting = new Proxy(store, {
    get: (target, name: keyof ResourceStore) => {
      calls.push(name);
      return target[name];
    },
  });
  return { calls, store: counting };
};

async function* checked(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const whole = Buffer.concat(await Array.fromAsync(body));
  if (whole.includes("bad")) throw new BadContent("It says that it is bad.");
  yield gzipSync(whole);
}

async function* unzipped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield gunzipSync(Buffer.concat(await Array.fromAsync(body)));
}

/** Puts the two texts together, when they are objects. */
const converterOf = (): DatasetConverter => ({
  version: "1",
  fromV1: async (pair) => {
    const { meta, tree } = await pair.read();
    const [ofMeta, ofTree] = [meta, tree].map((bytes) => new TextDecoder().decode(bytes));
    return gzipSync(`{"version":"v2","meta":${ofMeta},"tree":${ofTree}}`);
  },
});

/** Groups and resources on a store in memory, with a public, a private and an empty group. */
export const dataSetup = () => {
  const all: readonly Group[] = [publicGroup, privateGroup];
  const catalogue = {
    all: () => all,
    find: (name: string) => all.find((group) => normaliseGroupName(group.name) === normaliseGroupName(name)),
  };
  const clock = manualClock();
  const { store, calls } = counted(memoryResourceStore(clock));
  const contentCheck = {
    check: (_: unknown, upload: { body: AsyncIterable<Uint8Array> }) => checked(upload.body),
  };
  const records = objectRecords(memoryResourceStore(clock), "");
  const background = manualBackground();
  const log = recordingLog();
  const deps = {
    catalogue,
    store,
    files: storedFiles({ store, contentCheck }),
    listings: cachedListings(listings({ store, pause: async () => undefined }), clock),
    access: groupAccess({ catalogue, audit: auditLog(log) }),
    compression: { gunzip: unzipped },
    converter: converterOf(),
    frontMatter: {
      parse: async (text: string) => {
        if (text.startsWith("---broken")) throw new BadContent("The front matter is broken.");
        return { attributes: { title: "A title" }, body: text };
      },
      replace: async (text: string, changes: object, body: string) =>
        JSON.stringify({ former: text, changes, body }),
    },
    clock,
    records,
    people: people(records),
    pointers: invitationPointers({ records, clock, background }),
    requests: accessRequestRecords(records),
    random: systemRandom(),
    background,
    memberships: memberships({ records, clock, log }),
    limiters: memoryLimiters(clock),
    mail: { isAvailable: false, send: () => undefined },
    mailMessages: mailMessages({ origin: "https://groups.lab.example", siteTitle: "Lakeside" }),
  };
  const put = async (key: string, text: string, contentType = "application/json") => {
    await store.write(key as ObjectKey, { contentType, body: streamOf(text) }, { kind: "none" }, signal);
    calls.length = 0;
  };
  const keysIn = async (prefix: string) => Array.fromAsync(store.list(prefix as never, signal));
  return {
    ...deps,
    calls,
    log,
    put,
    keysIn,
    groups: groups(deps),
  };
};

export type Data = ReturnType<typeof dataSetup>;

export const attempt: Attempt = { action: "read", path: "somewhere" };

export const opened = (d: Pick<Data, "groups">, caller: Caller, { name }: Pick<Group, "name">): OpenGroup =>
  d.groups.open(caller, name, attempt);

export const textOf = async (stored: {
  readonly body: AsyncIterable<Uint8Array>;
  contentEncoding?: "gzip";
}) => {
  const whole = Buffer.concat(await Array.fromAsync(stored.body));
  return (stored.contentEncoding === "gzip" ? gunzipSync(whole) : whole).toString();
};
