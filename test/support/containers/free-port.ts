import { createServer } from "node:net";

/** Below the range of ephemeral ports, from which the kernel takes ports for outgoing connections. */
const lowest = 20_000;
const highest = 32_000;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const taken = new Set<number>();

/**
 * A port of 127.0.0.1 that is free, and that this function has not returned before. It is chosen here and not by the
 * engine, so that a container that is restarted keeps it.
 */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error("No free port was found.");
};
