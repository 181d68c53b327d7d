import type { Branded } from "../brand.ts";
import type { SessionId } from "./session.ts";

/** What a sealed text is bound to; authenticated, not secret. Sealed in one context, it opens in no other. */
export type EncryptionContext = Branded<"EncryptionContext">;

/** Tokens copied to another session do not open there (sessions-and-authentication.md section 5). */
export const sessionContext = (sid: SessionId) => JSON.stringify({ sid }) as EncryptionContext;

/** A login that has begun lives in the browser's cookie, under the state that the provider will repeat. */
export const loginAttemptContext = (state: string) => JSON.stringify({ login: state }) as EncryptionContext;
