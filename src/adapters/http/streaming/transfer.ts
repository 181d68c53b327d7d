import type { Seconds } from "../../../domain/brand.ts";
import type { Context } from "../context.ts";

/** A transfer that is slower on average over `rateInterval` is ended: no real connection is. */
const minBytesPerSecond = 1000;
const rateInterval: Seconds = 60;

/** A transfer that has stalled for so long may be ended when others wait for its slot. */
export const stallTimeout: Seconds = 2;

/** How often a transfer's byte counts are sampled. */
export const sampleInterval: Seconds = 0.5;

/** An upload or a download in progress. */
export interface Transfer {
  /** For how long no byte has moved because the client does not read. */
  stalledFor(): Seconds;
  /** Destroys the connection. */
  destroy(): void;
  stopWatching(): void;
}

/** Watches a transfer in either direction, and ends it when it is too slow, until `stopWatching`. */
export const watchTransfer = ({ req, res }: Context): Transfer => {
  const { socket } = req;
  const bytesMoved = () => socket.bytesRead + socket.bytesWritten;
  let [lastSample, intervalStart] = [bytesMoved(), bytesMoved()];
  let [samples, stalledSamples] = [0, 0];
  const sample = (): void => {
    const current = bytesMoved();
    samples += 1;
    stalledSamples = current === lastSample && res.writableNeedDrain ? stalledSamples + 1 : 0;
    lastSample = current;
    if (samples * sampleInterval < rateInterval) return;
    // A complete upload without a response waits for the store, which is not the client's fault.
    const isWaitingForServer = req.complete && !res.headersSent;
    if (!isWaitingForServer && current - intervalStart < minBytesPerSecond * rateInterval) res.destroy();
    [samples, intervalStart] = [0, current];
  };
  const timer = setInterval(sample, sampleInterval * 1000).unref();
  return {
    stalledFor: () => stalledSamples * sampleInterval,
    destroy: () => void res.destroy(),
    stopWatching: () => clearInterval(timer),
  };
};
