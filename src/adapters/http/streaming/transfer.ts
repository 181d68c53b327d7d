import type { Seconds } from "../../../domain/brand.ts";
import type { Context } from "../context.ts";

/** In bytes in a second: what is slower over a whole minute is no line, but somebody who holds a place. */
const slowest = 1000;
const rateInterval: Seconds = 60;

/** Who takes nothing for so long ends, when others wait for the place. */
export const longestStill: Seconds = 2;

/** How often it is looked whether bytes have moved. */
export const lookInterval: Seconds = 0.5;

/** A request or an answer whose bytes are on their way. */
export interface Transfer {
  /** For how long no byte has moved although it is the client's turn. */
  stillFor(): Seconds;
  /** Breaks the connection off. */
  end(): void;
  /** Ends the watch. */
  stop(): void;
}

/** Ends a transfer that moves less than a slow line would, whichever way its bytes go, until the watch is stopped. */
export const watchTransfer = ({ req, res }: Context): Transfer => {
  const { socket } = req;
  const moved = () => socket.bytesRead + socket.bytesWritten;
  let [before, atInterval] = [moved(), moved()];
  let [looks, still] = [0, 0];
  const look = (): void => {
    const now = moved();
    looks += 1;
    still = now === before && res.writableNeedDrain ? still + 1 : 0;
    before = now;
    if (looks * lookInterval < rateInterval) return;
    // A whole upload that is not answered yet waits for the store, not for its client.
    const isOurTurn = req.complete && !res.headersSent;
    if (!isOurTurn && now - atInterval < slowest * rateInterval) res.destroy();
    [looks, atInterval] = [0, now];
  };
  const timer = setInterval(look, lookInterval * 1000).unref();
  return {
    stillFor: () => still * lookInterval,
    end: () => void res.destroy(),
    stop: () => clearInterval(timer),
  };
};
