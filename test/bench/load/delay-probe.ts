/**
 * Loaded into a server's process before it (`node --import`): tells, at a port of its own, for how many milliseconds
 * its thread has worked at a stretch at most, without looking for anything new to do, since it was last asked. CPU
 * time and no other: what else runs on the machine does not count.
 */
import { createServer } from "node:http";

let before = process.threadCpuUsage();
let longest = 0;

const look = (): void => {
  const now = process.threadCpuUsage();
  longest = Math.max(longest, now.user + now.system - before.user - before.system);
  before = now;
};

setInterval(look, 1).unref();

createServer((_, response) => {
  look();
  response.end(String(longest / 1000));
  longest = 0;
})
  .listen(Number(process.env["BENCH_DELAY_PORT"]), "127.0.0.1")
  .unref();
