/**
 * Loaded into a server's process before it (`node --import`): tells, at a port of its own, for how many milliseconds
 * its thread has worked at a stretch at most, without looking for anything new to do, since it was last asked. CPU
 * time and no other: what else runs on the machine does not count.
 */
import { createServer } from "node:http";
import { watchStretches } from "../../support/measuring/thread-time.ts";

const stretches = watchStretches();

createServer((_, response) => {
  response.end(String(stretches.longest()));
})
  .listen(Number(process.env["BENCH_DELAY_PORT"]), "127.0.0.1")
  .unref();
