import type { Caller, Credentials } from "../../domain/identity/caller.ts";

/** Says who sends a request. Throws InvalidToken for a Bearer token that is not valid. */
export type IdentifyCaller = (credentials: Credentials) => Promise<Caller>;
