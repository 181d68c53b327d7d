import { setUpContainers } from "../set-up.ts";

/** Vitest's global set-up for tests that log in at Keycloak, behind a proxy. */
export const setup = (): Promise<() => Promise<void>> => setUpContainers(["keycloak", "nginx"]);
