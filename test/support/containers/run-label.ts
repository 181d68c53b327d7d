import { readFileSync } from "node:fs";
import { run, succeeds } from "./command.ts";

/** On every container of the tests; its value is the test run that owns it. */
const label = "org.nextstrain.groups-server.test-run";

const variable = "CONTAINER_TEST_RUN";

/** When a process started, in clock ticks since the boot, which distinguishes it from a later one with the same id. */
const startedAt = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
};

const runOf = (pid: number) => `${pid}-${startedAt(pid) ?? "unknown"}`;

/** Makes this process the owner of all containers that it and its children start. */
export const beginRun = (): string => {
  const name = runOf(process.pid);
  process.env[variable] = name;
  return name;
};

export const runLabels = (): Record<string, string> => ({
  [label]: process.env[variable] ?? runOf(process.pid),
});

const isAlive = (name: string): boolean => {
  const pid = Number(name.split("-")[0]);
  if (!Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return runOf(pid) === name;
};

const removeWhere = async (matches: (run: string) => boolean): Promise<number> => {
  const format = ["--format", `{{.ID}} {{.Label "${label}"}}`];
  const listing = await run("docker", ["ps", "--all", "--filter", `label=${label}`, ...format], {
    seconds: 30,
  });
  const ids = listing
    .split("\n")
    .map((line) => line.split(" "))
    .flatMap(([id, name]) => (id && name && matches(name) ? [id] : []));
  if (ids.length > 0) await succeeds("docker", ["rm", "--force", "--volumes", ...ids], 120);
  return ids.length;
};

/** Removes all containers of a run. */
export const removeContainersOf = (name: string): Promise<number> => removeWhere((other) => other === name);

/** Removes the containers of runs that were killed. */
export const removeOrphans = (): Promise<number> => removeWhere((name) => !isAlive(name));
