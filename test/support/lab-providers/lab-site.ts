import { freePort } from "../containers/free-port.ts";
import type { RunningServer } from "../server/running-server.ts";
import { startServer } from "../server/running-server.ts";
import type { LabProvider, OpenLabProvider } from "./lab-provider.ts";

/** A server with a real provider. */
export interface LabSite {
  readonly lab: LabProvider;
  readonly server: RunningServer;
  readonly origin: string;
  close(): Promise<void>;
}

export const openLabSite = async (open: OpenLabProvider): Promise<LabSite> => {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const lab = await open(origin);
  try {
    const server = await startServer({ port, environment: lab.environment });
    const close = async () => {
      await server.close();
      await lab.close();
    };
    return { lab, server, origin, close };
  } catch (error) {
    await lab.close();
    throw error;
  }
};
