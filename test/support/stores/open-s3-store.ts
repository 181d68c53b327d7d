import type { S3Options } from "../../../src/adapters/s3/connection.ts";
import { connectS3 } from "../../../src/adapters/s3/connection.ts";
import type { ProbeResult } from "../../../src/adapters/s3/probe/probe.ts";
import { probe } from "../../../src/adapters/s3/probe/probe.ts";
import { s3ResourceStore } from "../../../src/adapters/s3/resource-store.ts";
import { systemClock } from "../../../src/adapters/system/clock.ts";
import type { ResourceStore } from "../../../src/ports/driven/resources/resource-store.ts";
import type { Log } from "../../../src/ports/driven/system/log.ts";
import { recordingLog } from "../measuring/recording-log.ts";
import { memoryLock } from "../memory/lock.ts";

/** Shared by all stores that this process opens. */
const lock = memoryLock(systemClock());

export interface OpenS3Store extends ResourceStore {
  close(): Promise<void>;
}

/** Probes which conditions a store supports, as a server does at its start. */
export const probeS3Store = async (options: S3Options): Promise<ProbeResult> => {
  const connection = connectS3(options, recordingLog());
  try {
    return await probe(connection, AbortSignal.timeout(60_000));
  } finally {
    await connection.close();
  }
};

/** @param probeResult Absent: the probe has no result yet. */
export const openS3Store = (
  options: S3Options,
  probeResult?: ProbeResult,
  log: Log = recordingLog(),
): OpenS3Store => {
  const connection = connectS3(options, log);
  const supportedConditions = () => probeResult?.supportedConditions;
  const store = s3ResourceStore(connection, { lock, supportedConditions });
  return { ...store, close: () => connection.close() };
};
