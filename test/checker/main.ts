/**
 * `npm run checker -- [--seed N] [--renewals N] [--seconds N] [--sessions N] [--mutation NAME]`: see `model/run.ts`.
 * The exit code is 1 after a violation.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { setUpContainers } from "../support/containers/set-up.ts";
import { check } from "./model/run.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    renewals: { type: "string", default: "100000" },
    seconds: { type: "string", default: "86400" },
    sessions: { type: "string", default: "200" },
    mutation: { type: "string" },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const stopped = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stopped.abort());
const tearDown = await setUpContainers(["redis"]);
try {
  const report = await check({
    seed: Number(values.seed ?? randomInt(2 ** 31)),
    renewals: Number(values.renewals),
    seconds: Number(values.seconds),
    sessions: Number(values.sessions),
    ...(values.mutation === undefined ? {} : { mutation: values.mutation }),
    signal: stopped.signal,
    progress: print,
  });
  const { firstViolations, ...numbers } = report;
  print(JSON.stringify(numbers, undefined, 2));
  for (const line of firstViolations) print(line);
  process.exitCode = report.violations > 0 ? 1 : 0;
} finally {
  await tearDown();
}
