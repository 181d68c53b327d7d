import { setUpContainers } from "../support/containers/set-up.ts";

/** Builds no images, since each test builds its own. */
export const setup = (): Promise<() => Promise<void>> => setUpContainers([]);
