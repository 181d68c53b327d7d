import { setTimeout as pause } from "node:timers/promises";
import { GenericContainer, getContainerRuntimeClient } from "testcontainers";
import { ensureImage } from "./image.ts";
import { runLabels } from "./run-label.ts";

export interface MachineSettings {
  /** Read-only mounts of the host's folders and files, by their paths in the machine. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Host names that resolve to the host. */
  readonly hostNames: readonly string[];
}

export interface Typed {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A container with systemd, and its own network address and ports. */
export interface Machine {
  readonly address: string;
  /** The host's address, as seen from the machine. */
  readonly hostAddress: string;
  /** Runs a shell command as root. */
  type(lines: string): Promise<Typed>;
  /** Writes a file that root owns, with a mode such as "0600". */
  write(path: string, content: string, mode?: string): Promise<void>;
  close(): Promise<void>;
}

const timeout = 60_000;

const untilBooted = async (machine: Machine): Promise<void> => {
  const end = Date.now() + timeout;
  for (;;) {
    const { output } = await machine.type("systemctl is-system-running --wait");
    // "degraded": a unit of Debian cannot run under this kernel.
    if (/^(running|degraded)$/m.test(output)) return;
    if (Date.now() > end) throw new Error(`The machine does not boot: ${output}`);
    await pause(200);
  }
};

/** Boots a Debian machine. */
export const startMachine = async ({ mounts, hostNames }: MachineSettings): Promise<Machine> => {
  const started = await new GenericContainer(await ensureImage("machine"))
    .withNetworkMode("bridge")
    .withLabels(runLabels())
    .withAddedCapabilities("SYS_ADMIN")
    .withSecurityOpt("seccomp=unconfined", "apparmor=unconfined")
    .withBindMounts(Object.entries(mounts).map(([target, source]) => ({ source, target, mode: "ro" })))
    .withExtraHosts(hostNames.map((host) => ({ host, ipAddress: "host-gateway" })))
    .start();
  const { container: client } = await getContainerRuntimeClient();
  const { NetworkSettings } = await client.getById(started.getId()).inspect();
  const machine: Machine = {
    hostAddress: NetworkSettings.Networks["bridge"]?.Gateway ?? "",
    address: started.getIpAddress("bridge"),
    type: async (lines) => {
      const { exitCode: code, stdout: output, stderr: errors } = await started.exec(["bash", "-c", lines]);
      return { code, output, errors };
    },
    write: (path, content, mode = "0644") =>
      started.copyContentToContainer([{ target: path, content, mode: Number.parseInt(mode, 8) }]),
    close: async () => void (await started.stop({ timeout: 0 })),
  };
  try {
    await untilBooted(machine);
    return machine;
  } catch (error) {
    await machine.close();
    throw error;
  }
};
