import type { EncryptionContext } from "../../../domain/sessions/encryption-context.ts";
import type { SealedText } from "../../../domain/sessions/token-set.ts";

/** Encrypts what must not be readable where it lies (sessions-and-authentication.md section 5). */
export interface TokenSealer {
  seal(text: string, context: EncryptionContext): SealedText;
  /** Undefined for what cannot be opened: altered, cut off, of another context, or under a key that was dropped. */
  open(sealed: SealedText, context: EncryptionContext): Opened | undefined;
  /**
   * The name of the key that this was sealed under, as the text itself says: neither is the text opened, nor
   * need there be such a key. Undefined for what is no sealed text.
   */
  keyOf(sealed: SealedText): string | undefined;
}

export interface Opened {
  readonly text: string;
  /** Not the first key's work: to be sealed anew at the next occasion, so that the old key can be dropped. */
  readonly underOldKey: boolean;
}
