import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { requestLog } from "../../../../src/adapters/http/middleware/request-log.ts";
import { systemRandom } from "../../../../src/adapters/system/random.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";

const startRequest = () => {
  const log = recordingLog();
  const res = Object.assign(new EventEmitter(), { writableFinished: false });
  const ctx = { state: {}, res, method: "GET", path: "/whoami", status: 200 } as unknown as Context;
  void requestLog({ clock: manualClock(), random: systemRandom(), log })(ctx, async () => undefined);
  const close = (isFinished: boolean) => {
    res.writableFinished = isFinished;
    res.emit("close");
  };
  return { ctx, close, log };
};

describe("a request", () => {
  it("is aborted when the client disconnects", () => {
    const { ctx, close } = startRequest();
    const { signal } = ctx.state;
    expect(signal.aborted).toBe(false);
    close(false);
    expect(signal.aborted).toBe(true);
    expect(ctx.state.signal).toBe(signal);
  });

  it("is aborted also for those who read the signal later", () => {
    const { ctx, close } = startRequest();
    close(false);
    expect(ctx.state.signal.aborted).toBe(true);
  });

  it("is not aborted when its response is complete", () => {
    const { ctx, close, log } = startRequest();
    close(true);
    expect(ctx.state.signal.aborted).toBe(false);
    expect(log.events).toEqual([
      expect.objectContaining({ event: "request", method: "GET", path: "/whoami", status: 200 }),
    ]);
  });

  it("is anonymous until it is authenticated", () => {
    expect(startRequest().ctx.state.caller).toEqual({ kind: "anonymous" });
  });
});
