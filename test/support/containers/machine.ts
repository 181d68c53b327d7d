import { setTimeout as pause } from "node:timers/promises";
import { GenericContainer, getContainerRuntimeClient } from "testcontainers";
import { ensureImage } from "./image.ts";
import { runLabels } from "./run-label.ts";

export interface MachineSettings {
  /** Read-only bind mounts of the host's files, by their path in the machine. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Host names of the host in the machine. */
  readonly hostNames: readonly string[];
}

export interface CommandResult {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A container with systemd, a network address and ports of its own. */
export interface Machine {
  readonly address: string;
  /** The host's address in the machine. */
  readonly hostAddress: string;
  /** Runs a shell script as root. */
  run(script: string): Promise<CommandResult>;
  /** Writes a file as root, with a mode like "0600". */
  write(path: string, content: string, mode?: string): Promise<void>;
  close(): Promise<void>;
}

const timeout = 60_000;

const waitUntilBooted = async (machine: Machine): Promise<void> => {
  const end = Date.now() + timeout;
  for (;;) {
    const { output } = await machine.run("systemctl is-system-running --wait");
    // Degraded: a service of Debian does not run with this kernel.
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
    run: async (script) => {
      const { exitCode: code, stdout: output, stderr: errors } = await started.exec(["bash", "-c", script]);
      return { code, output, errors };
    },
    write: (path, content, mode = "0644") =>
      started.copyContentToContainer([{ target: path, content, mode: Number.parseInt(mode, 8) }]),
    close: async () => void (await started.stop({ timeout: 0 })),
  };
  try {
    await waitUntilBooted(machine);
    return machine;
  } catch (error) {
    await machine.close();
    throw error;
  }
};
