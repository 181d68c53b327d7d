import { setUpContainers } from "../support/containers/set-up.ts";

/** Images are built by the tests that need them. */
export const setup = (): Promise<() => Promise<void>> => setUpContainers([]);
