/** Checks the server's dependencies and returns the names of those that are unavailable. Never throws. */
export type Readiness = () => Promise<readonly string[]>;
