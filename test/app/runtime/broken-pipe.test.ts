import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { ignoreBrokenPipe } from "../../../src/app/runtime/broken-pipe.ts";

const faultsOf = (code: string): (string | undefined)[] => {
  const output = new PassThrough();
  const faults: (string | undefined)[] = [];
  ignoreBrokenPipe(output, (error) => faults.push(error.code));
  const error = Object.assign(new Error(code), { code });
  // Every line that is written after it fails in the same way.
  for (let line = 0; line < 2; line += 1) output.emit("error", error);
  return faults;
};

it.each(["EPIPE", "EIO"])("output that nobody reads any more (%s) is no fault, however often", (code) => {
  expect(faultsOf(code)).toEqual([]);
});

it.each(["ENOSPC", "EDQUOT"])("what else prevents writing (%s) is one", (code) => {
  expect(faultsOf(code)).toEqual([code, code]);
});
