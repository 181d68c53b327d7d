import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { run, say, succeeds } from "./command.ts";

const logFile = "/var/log/dockerd-for-tests.log";

const whatToDo =
  "The tests need a Docker engine: install and start Docker, or run them as root on Debian, where they do that themselves.";

const answers = () => succeeds("docker", ["version", "--format", "{{.Server.Version}}"]);

const isDebianRoot = () => process.getuid?.() === 0 && existsSync("/etc/debian_version");

const apt = (...args: string[]) =>
  run("apt-get", ["-y", "--no-install-recommends", ...args], {
    seconds: 600,
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });

const install = async () => {
  say("no Docker engine found; installing Debian's packages docker.io and debootstrap");
  await apt("update");
  await apt("install", "docker.io", "debootstrap", "iptables", "ca-certificates");
};

/** Left running when the tests end: a second run then starts at once. */
const start = async () => {
  say(`starting dockerd; it writes to ${logFile}`);
  const log = openSync(logFile, "a");
  spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] }).unref();
  for (let tries = 0; tries < 60; tries++) {
    if (await answers()) return;
    await sleep(500);
  }
  throw new Error(`dockerd was started and does not answer; ${logFile} tells why.`);
};

/** Returns when a Docker engine answers. On Debian root gets one installed and started. */
export const ensureEngine = async (): Promise<void> => {
  if (await answers()) return;
  if (!isDebianRoot()) throw new Error(whatToDo);
  if (!(await succeeds("dockerd", ["--version"]))) await install();
  // The package's own service may have come up meanwhile.
  if (!(await answers())) await start();
};
