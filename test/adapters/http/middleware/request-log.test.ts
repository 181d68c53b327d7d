import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { requestLog } from "../../../../src/adapters/http/middleware/request-log.ts";
import { systemRandom } from "../../../../src/adapters/system/random.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";

const begin = () => {
  const log = recordingLog();
  const res = Object.assign(new EventEmitter(), { writableFinished: false });
  const ctx = { state: {}, res, method: "GET", path: "/whoami", status: 200 } as unknown as Context;
  void requestLog({ clock: manualClock(), random: systemRandom(), log })(ctx, async () => undefined);
  const end = (isFinished: boolean) => {
    res.writableFinished = isFinished;
    res.emit("close");
  };
  return { ctx, end, log };
};

describe("a request", () => {
  it("tells who works on it that the client has gone", () => {
    const { ctx, end } = begin();
    const { signal } = ctx.state;
    expect(signal.aborted).toBe(false);
    end(false);
    expect(signal.aborted).toBe(true);
    expect(ctx.state.signal).toBe(signal);
  });

  it("tells it also to who asks later", () => {
    const { ctx, end } = begin();
    end(false);
    expect(ctx.state.signal.aborted).toBe(true);
  });

  it("says nothing of the kind when its answer is complete", () => {
    const { ctx, end, log } = begin();
    end(true);
    expect(ctx.state.signal.aborted).toBe(false);
    expect(log.events).toEqual([
      expect.objectContaining({ event: "request", method: "GET", path: "/whoami", status: 200 }),
    ]);
  });

  it("is nobody's until somebody is found to have asked", () => {
    expect(begin().ctx.state.caller).toEqual({ kind: "anonymous" });
  });
});
