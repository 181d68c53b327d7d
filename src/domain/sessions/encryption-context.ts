import type { Branded } from "../brand.ts";
import type { SessionId } from "./session.ts";

/** The additional authenticated data of a sealed text, which opens in the same context only. It is not secret. */
export type EncryptionContext = Branded<"EncryptionContext">;

/** Tokens copied to another session do not open there (sessions-and-authentication.md section 5). */
export const sessionContext = (sid: SessionId) => JSON.stringify({ sid }) as EncryptionContext;

/** A login attempt is stored in the browser's cookie, bound to its `state`, which the callback repeats. */
export const loginAttemptContext = (state: string) => JSON.stringify({ login: state }) as EncryptionContext;
