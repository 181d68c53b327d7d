import { afterAll, beforeAll } from "vitest";
import type { RunningServer, RunningServerOptions } from "./running-server.ts";
import { startServer } from "./running-server.ts";

/** A server of its own for the tests of a file or of a `describe`: it starts before the first and is closed after the last. */
export const testServer = (options?: RunningServerOptions): RunningServer => {
  const server = {} as RunningServer;
  beforeAll(async () => {
    Object.assign(server, await startServer(options));
  });
  afterAll(() => server.close());
  return server;
};
