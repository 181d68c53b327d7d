import type { Caller, Credentials } from "../../domain/identity/caller.ts";

/** Authenticates a request by its credentials. Throws InvalidToken for a Bearer token that is not valid. */
export type IdentifyCaller = (credentials: Credentials) => Promise<Caller>;
