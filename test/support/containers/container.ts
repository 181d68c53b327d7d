import type { StartedTestContainer } from "testcontainers";
import { GenericContainer, getContainerRuntimeClient, Wait } from "testcontainers";
import type { ImageKind } from "./image.ts";
import { ensureImage } from "./image.ts";
import { runLabels } from "./run-label.ts";

export interface ContainerFile {
  readonly path: string;
  readonly content: string;
}

export interface ContainerSpec {
  readonly image: ImageKind;
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: readonly ContainerFile[];
  /** A line of the container's log that is awaited at the first start. */
  readonly readyLine?: RegExp;
  /** Resolves when the service is available, rejects while it is not; polled after every start. */
  readonly healthCheck?: () => Promise<void>;
}

export interface Container {
  /** Suspends all its processes: connections stay open, and requests get no response. */
  pause(): Promise<void>;
  unpause(): Promise<void>;
  signal(name: "SIGTERM" | "SIGKILL" | "SIGHUP"): Promise<void>;
  /** Stops the service and keeps its data; {@link start} restarts it on the same port. */
  stop(): Promise<void>;
  /** Resolves when the service is available again. */
  start(): Promise<void>;
  exec(command: readonly string[]): Promise<string>;
  logs(): Promise<string>;
  /** Removes the container, also when it is paused or stopped. */
  close(): Promise<void>;
}

/** In milliseconds. A Java server on a busy machine has taken two and a half minutes. */
const timeout = 300_000;

/** @param isRunning Polled too, since the service of a stopped container will not become available. */
const waitUntil = async (
  healthCheck: () => Promise<void>,
  isRunning: () => Promise<boolean>,
): Promise<void> => {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      return await healthCheck();
    } catch (cause) {
      if (Date.now() > end || !(await isRunning()))
        throw new Error("A service in a container does not answer.", { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
};

/**
 * Starts a container in the host's network, so that services have the same address inside and outside (Sentinel and
 * Cluster announce theirs to clients), nginx can connect to listeners of the test, transfers pass no proxy, and
 * everything stays on 127.0.0.1.
 */
export const startContainer = async (spec: ContainerSpec): Promise<Container> => {
  const name = await ensureImage(spec.image);
  const container = new GenericContainer(name)
    .withNetworkMode("host")
    .withLabels(runLabels())
    .withCommand([...spec.command])
    .withEnvironment({ ...spec.environment })
    .withCopyContentToContainer(
      (spec.files ?? []).map(({ path, content }) => ({ target: path, content, mode: 0o644 })),
    )
    .withStartupTimeout(timeout);
  if (spec.entrypoint) container.withEntrypoint([...spec.entrypoint]);
  if (spec.readyLine) container.withWaitStrategy(Wait.forLogMessage(spec.readyLine));
  const started = await container.start();
  try {
    return await controlsOf(started, spec);
  } catch (error) {
    await started.stop({ timeout: 0 });
    throw error;
  }
};

const controlsOf = async (started: StartedTestContainer, spec: ContainerSpec): Promise<Container> => {
  const { container: client } = await getContainerRuntimeClient();
  const handle = client.getById(started.getId());
  const logs = async () => String(await handle.logs({ stdout: true, stderr: true }));
  const waitUntilReady = async (): Promise<void> => {
    if (!spec.healthCheck) return;
    try {
      await waitUntil(spec.healthCheck, async () => (await handle.inspect()).State.Running);
    } catch (cause) {
      throw new Error(`${spec.image} does not answer. Its log ends with:\n${(await logs()).slice(-3000)}`, {
        cause,
      });
    }
  };
  await waitUntilReady();
  return {
    pause: async () => void (await handle.pause()),
    unpause: async () => void (await handle.unpause()),
    signal: async (signal) => void (await handle.kill({ signal })),
    stop: async () => void (await handle.stop({ t: 10 })),
    start: async () => {
      await handle.start();
      await waitUntilReady();
    },
    exec: async (command) => {
      const { output, exitCode } = await started.exec([...command]);
      if (exitCode !== 0) throw new Error(`${command[0]} failed in the container:\n${output}`);
      return output;
    },
    logs,
    close: async () => void (await handle.remove({ force: true, v: true })),
  };
};
