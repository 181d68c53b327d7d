/** What the server needs and whether it answers: the names of what does not. Never throws. */
export type Readiness = () => Promise<readonly string[]>;
