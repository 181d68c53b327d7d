import type { Seconds } from "../../../domain/brand.ts";
import { StoreDown } from "../../../domain/failure.ts";
import type { RecordId, RecordKind, RecordVersion } from "../../../domain/records/record.ts";
import type { Records } from "../../../ports/driven/records/records.ts";
import type { Clock } from "../../../ports/driven/system/clock.ts";
import type { Log } from "../../../ports/driven/system/log.ts";
import type { RecordFormat } from "./update-record.ts";
import { parseRecord } from "./update-record.ts";

/** All records of a kind, as they were at one time. It is another object only if something in it is another. */
export interface Snapshot<T> {
  readonly byId: ReadonlyMap<RecordId, T>;
  /** Records that cannot be read or parsed, of which nothing is known. */
  readonly unknown: ReadonlyMap<RecordId, StoreDown>;
}

/** A copy of all records of a kind, which is used for at most {@link maxAge}. */
export interface RecordSnapshot<T> {
  /** At once while the copy is fresh. Throws StoreDown when it is not, and the store is away. */
  current(): Snapshot<T> | Promise<Snapshot<T>>;
  /** Makes later calls read the records anew, after a change by this instance. */
  invalidate(): void;
}

interface Deps<T> {
  readonly records: Records;
  readonly kind: RecordKind;
  readonly format: RecordFormat<T>;
  readonly clock: Clock;
  readonly log: Log;
  /** Of all records together, as JSON; default: 64 MB. */
  readonly maxBytes?: number;
}

/** A change by another instance is known here after this time at the latest. */
export const maxAge: Seconds = 5;

/** From this age on a copy is read anew in the background, so that requests seldom wait for it. */
const refreshAge: Seconds = 2.5;

/** The same for a copy that lacks a record, since an outage may be over. */
const retryAge: Seconds = 1;

/** Records that are read at once. */
const batchSize = 16;

const defaultMaxBytes = 64_000_000;

interface Parsed<T> {
  readonly version: RecordVersion;
  readonly value: T;
  readonly bytes: number;
}

interface Copy<T> {
  readonly readAt: Seconds;
  readonly entries: ReadonlyMap<RecordId, Parsed<T>>;
  readonly snapshot: Snapshot<T>;
}

/** A read of all records that has not ended. */
interface Reading<T> {
  readonly since: Seconds;
  /** How many changes by this instance came before it. */
  readonly changes: number;
  readonly snapshot: Promise<Snapshot<T>>;
  /** The read that begins when this one has ended, for those who came after a change. */
  next?: Promise<Snapshot<T>>;
}

export const recordSnapshot = <T>(d: Deps<T>): RecordSnapshot<T> => {
  let copy: Copy<T> | undefined;
  let reading: Reading<T> | undefined;
  let changes = 0;
  const refresh = async (): Promise<Snapshot<T>> => {
    const changesBefore = changes;
    const read = await readCopy(d, copy);
    // Neither what may lack a change, nor what a slower read found that began earlier, is used for later calls.
    if (changes === changesBefore && (copy === undefined || copy.readAt <= read.readAt)) copy = read;
    return read.snapshot;
  };
  const start = (): Promise<Snapshot<T>> => {
    const begun: Reading<T> = { since: d.clock.now(), changes, snapshot: refresh() };
    reading = begun;
    const settle = () => {
      if (reading === begun) reading = undefined;
    };
    begun.snapshot.then(settle, settle);
    return begun.snapshot;
  };
  /**
   * Joins what is being read, unless that began so long ago that it may lack what should be known by now. After a change
   * all wait for one read that begins later: somebody who goes on changing records delays nobody by more than that.
   */
  const refreshOnce = (): Promise<Snapshot<T>> => {
    if (reading === undefined || Math.abs(d.clock.now() - reading.since) >= maxAge) return start();
    if (reading.changes === changes) return reading.snapshot;
    reading.next ??= reading.snapshot.then(start, start);
    return reading.next;
  };
  return {
    current: () => {
      const age = copy === undefined ? Number.POSITIVE_INFINITY : d.clock.now() - copy.readAt;
      if (copy === undefined || age < 0 || age >= lifetimeOf(copy)) return refreshOnce();
      if (age >= refreshAge && !reading) {
        refreshOnce().catch((cause: unknown) =>
          d.log.write({ event: "background", what: `reading the records of ${d.kind} anew`, cause }),
        );
      }
      return copy.snapshot;
    },
    invalidate: () => {
      changes += 1;
      copy = undefined;
    },
  };
};

const lifetimeOf = ({ snapshot }: Copy<unknown>): Seconds => (snapshot.unknown.size > 0 ? retryAge : maxAge);

const readCopy = async <T>(d: Deps<T>, former: Copy<T> | undefined): Promise<Copy<T>> => {
  // The store limits the time of each of its answers.
  const { signal } = new AbortController();
  const readAt = d.clock.now();
  const ids = await Array.fromAsync(d.records.list(d.kind, "", signal));
  const entries = new Map<RecordId, Parsed<T>>();
  const unknown = new Map<RecordId, StoreDown>();
  for (let start = 0; start < ids.length; start += batchSize) {
    await Promise.all(
      ids.slice(start, start + batchSize).map(async (id) => {
        const found = await readOne(d, id, former?.entries.get(id), signal);
        if (found instanceof StoreDown) unknown.set(id, found);
        else if (found) entries.set(id, found);
      }),
    );
  }
  checkSize(d, entries);
  reportDamage(d, former, unknown);
  const isSame =
    former !== undefined &&
    unknown.size === 0 &&
    former.snapshot.unknown.size === 0 &&
    former.entries.size === entries.size &&
    entries.entries().every(([id, entry]) => former.entries.get(id) === entry);
  const snapshot = isSame
    ? former.snapshot
    : { byId: new Map(Array.from(entries, ([id, { value }]) => [id, value])), unknown };
  return { readAt, entries, snapshot };
};

const readOne = async <T>(
  { records, kind, format }: Deps<T>,
  id: RecordId,
  former: Parsed<T> | undefined,
  signal: AbortSignal,
): Promise<Parsed<T> | StoreDown | undefined> => {
  try {
    const stored = await records.read({ kind, id }, signal);
    if (!stored) return undefined;
    if (stored.version === former?.version) return former;
    const value = parseRecord(format, { kind, id }, stored.value);
    return { version: stored.version, value, bytes: JSON.stringify(stored.value).length };
  } catch (error) {
    if (error instanceof StoreDown) return error;
    throw error;
  }
};

const checkSize = <T>(
  { kind, maxBytes = defaultMaxBytes }: Deps<T>,
  entries: ReadonlyMap<RecordId, Parsed<T>>,
): void => {
  const bytes = entries.values().reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes <= maxBytes) return;
  throw new StoreDown({
    cause: new Error(`The records of ${kind} have ${bytes} bytes, more than the ${maxBytes} that are read.`),
  });
};

/** Tells the operator of each record that cannot be read, once for as long as that lasts. */
const reportDamage = <T>(
  { kind, log }: Deps<T>,
  former: Copy<T> | undefined,
  unknown: ReadonlyMap<RecordId, StoreDown>,
): void => {
  for (const [id, { cause }] of unknown) {
    if (former?.snapshot.unknown.has(id)) continue;
    log.write({ event: "background", what: `reading the record ${kind}/${id}`, cause });
  }
};
