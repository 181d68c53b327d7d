import type { Condition, ETagFormat } from "../../../src/adapters/s3/condition.ts";
import { allConditions } from "../../../src/adapters/s3/condition.ts";
import { defaultImage } from "../containers/image.ts";

export interface KnownStore {
  readonly name: string;
  readonly version: string;
  /** The conditions that the probe finds supported; the store ignores all others. */
  readonly heeds: Partial<Record<Condition, ETagFormat>>;
  /** When the contract was last run on it by hand. Absent: the tests run it each time. */
  readonly tried?: string;
}

const quoted = (...conditions: Condition[]): KnownStore["heeds"] =>
  Object.fromEntries(conditions.map((condition) => [condition, "quoted"]));

const versionOf = (image: string) => image.split(":").at(-1) ?? "";

/** The stores that the contract of the resource store was run on, and which conditions they support. */
export const knownStores = {
  minio: {
    name: "MinIO",
    version: versionOf(defaultImage("minio")),
    heeds: quoted("put If-None-Match", "put If-Match", "complete If-None-Match", "complete If-Match"),
  },
  versitygw: {
    name: "versitygw",
    version: versionOf(defaultImage("versitygw")),
    heeds: quoted(...allConditions),
  },
  radosgw: {
    name: "Ceph RGW",
    version: versionOf(defaultImage("radosgw")),
    heeds: { "put If-None-Match": "quoted", "put If-Match": "unquoted" },
  },
  garage: {
    name: "Garage",
    version: versionOf(defaultImage("garage")),
    heeds: {},
    tried: "2026-11-26",
  },
  seaweedfs: {
    name: "SeaweedFS",
    version: versionOf(defaultImage("seaweedfs")),
    heeds: quoted(...allConditions),
    tried: "2026-11-26",
  },
} as const satisfies Record<string, KnownStore>;
