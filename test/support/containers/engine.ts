import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { canInstallPackages, installPackages } from "../debian-packages.ts";
import { printProgress, succeeds } from "./command.ts";

const logFile = "/var/log/dockerd-for-tests.log";

const advice =
  "The tests need a Docker engine: install and start Docker, or run them as root on Debian, where they do that themselves.";

const isAvailable = () => succeeds("docker", ["version", "--format", "{{.Server.Version}}"]);

const install = async () => {
  printProgress("no Docker engine found; installing Debian's packages docker.io and debootstrap");
  await installPackages("docker.io", "debootstrap", "iptables", "ca-certificates");
};

/** Starts the engine, which is left running so that a second run starts at once. */
const start = async () => {
  printProgress(`starting dockerd; it writes to ${logFile}`);
  const log = openSync(logFile, "a");
  spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] }).unref();
  for (let attempt = 0; attempt < 60; attempt++) {
    if (await isAvailable()) return;
    await sleep(500);
  }
  throw new Error(`dockerd was started and does not answer; ${logFile} tells why.`);
};

/** Resolves when a Docker engine is available. As root on Debian, installs and starts one. */
export const ensureEngine = async (): Promise<void> => {
  if (await isAvailable()) return;
  if (!canInstallPackages()) throw new Error(advice);
  if (!(await succeeds("dockerd", ["--version"]))) await install();
  // The package may have started its service.
  if (!(await isAvailable())) await start();
};
