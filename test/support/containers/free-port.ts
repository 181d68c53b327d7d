import { createServer } from "node:net";

/** Below the kernel's range of ephemeral ports. */
const minPort = 20_000;
const maxPort = 32_000;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const assigned = new Set<number>();

/**
 * A free port of 127.0.0.1, which this process has not assigned before. It is not chosen by the engine, so that a
 * container keeps it when it is restarted.
 */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = minPort + Math.floor(Math.random() * (maxPort - minPort));
    if (assigned.has(port) || !(await isFree(port))) continue;
    assigned.add(port);
    return port;
  }
  throw new Error("No free port was found.");
};
