import { describe, expect, it } from "vitest";
import { abortable } from "../../src/domain/abortable.ts";

const reason = new Error("the client went away");

/** Two pieces and then silence; knows whether it was closed. */
const silentAfterTwo = () => {
  const state = { isClosed: false };
  const source = async function* () {
    try {
      yield Buffer.from("a");
      yield Buffer.from("b");
      await new Promise(() => {});
    } finally {
      state.isClosed = true;
    }
  };
  return { state, source: source() };
};

describe("a stream that can be aborted", () => {
  it("passes everything on, and what its source throws", async () => {
    const failure = new Error("the disk is gone");
    const source = async function* () {
      yield Buffer.from("a");
      throw failure;
    };
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of abortable(source(), new AbortController().signal)) pieces.push(piece);
    })();
    await expect(reading).rejects.toBe(failure);
    expect(pieces).toEqual([Buffer.from("a")]);
  });

  it("ends with the reason when it is aborted while its source is silent", async () => {
    const abort = new AbortController();
    const stream = abortable(silentAfterTwo().source, abort.signal);
    await stream.next();
    await stream.next();
    const next = stream.next();
    abort.abort(reason);
    await expect(next).rejects.toBe(reason);
  });

  it("ends with the reason when it is aborted while its reader is busy with a piece", async () => {
    const abort = new AbortController();
    const stream = abortable(silentAfterTwo().source, abort.signal);
    await stream.next();
    await stream.next();
    abort.abort(reason);
    await expect(stream.next()).rejects.toBe(reason);
  });

  it("closes its source when its reader leaves", async () => {
    const { source, state } = silentAfterTwo();
    for await (const _ of abortable(source, new AbortController().signal)) break;
    expect(state.isClosed).toBe(true);
  });
});
