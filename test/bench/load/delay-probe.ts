/**
 * Preloaded into a server's process (`node --import`), it serves at a port of its own for how many milliseconds of CPU
 * time the event loop was blocked at most since the last request.
 */
import { createServer } from "node:http";
import { monitorBlocking } from "../../support/measuring/cpu-time.ts";

const monitor = monitorBlocking();

createServer((_, response) => {
  response.end(String(monitor.maxBlockingTime()));
})
  .listen(Number(process.env["BENCH_DELAY_PORT"]), "127.0.0.1")
  .unref();
