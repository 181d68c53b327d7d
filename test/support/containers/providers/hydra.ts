import type { Container } from "../container.ts";
import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";

export interface HydraSettings {
  /** The origin of the application with the pages for login and consent. */
  readonly pages: string;
  readonly clients: readonly object[];
  /** Of id tokens and access tokens, in seconds. */
  readonly tokenLifetime: number;
}

export interface StartedHydra extends Container {
  readonly issuer: string;
  /** The URL of the admin API, which the application with the pages uses too. */
  readonly admin: string;
}

const configuration = (ports: readonly [number, number], { pages, tokenLifetime }: HydraSettings) => {
  const [open, admin] = ports.map((port) => ({ host: "127.0.0.1", port }));
  return {
    dsn: "sqlite:///hydra.db?_fk=true",
    serve: { public: open, admin },
    urls: {
      self: { issuer: `http://127.0.0.1:${ports[0]}` },
      login: `${pages}/login`,
      consent: `${pages}/consent`,
    },
    secrets: { system: ["a-system-secret-of-the-tests"] },
    ttl: { id_token: `${tokenLifetime}s`, access_token: `${tokenLifetime}s` },
    oauth2: { refresh_token_hook: `${pages}/renewal` },
    log: { level: "warn" },
  };
};

/** Starts Ory Hydra with these clients, on 127.0.0.1. */
export const startHydra = async (settings: HydraSettings): Promise<StartedHydra> => {
  const ports = [await freePort(), await freePort()] as const;
  const [issuer, admin] = [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[1]}`];
  const container = await startContainer({
    image: "hydra",
    entrypoint: ["/bin/sh", "-c"],
    command: [
      "hydra migrate sql --yes -c /lab.json -e && exec hydra serve all --dev --sqa-opt-out -c /lab.json",
    ],
    environment: { DSN: "sqlite:///hydra.db?_fk=true" },
    files: [{ path: "/lab.json", content: JSON.stringify(configuration(ports, settings)) }],
    healthCheck: async () => {
      const answer = await fetch(`${admin}/health/ready`, { signal: AbortSignal.timeout(2000) });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Hydra answers ${answer.status}.`);
    },
  });
  for (const client of settings.clients) {
    const answer = await fetch(`${admin}/admin/clients`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(client),
    });
    if (answer.ok) continue;
    const text = await answer.text();
    await container.close();
    throw new Error(`Hydra answered ${answer.status} to a new client: ${text}`);
  }
  return { ...container, issuer, admin };
};
