import type { EncryptionContext } from "../../../domain/sessions/encryption-context.ts";
import type { SealedText } from "../../../domain/sessions/token-set.ts";

/** Encrypts texts before they are stored (sessions-and-authentication.md section 5). */
export interface TokenSealer {
  seal(text: string, context: EncryptionContext): SealedText;
  /** Undefined for a text that is damaged, of another context, or encrypted under a key that is not configured. */
  open(sealed: SealedText, context: EncryptionContext): Opened | undefined;
  /**
   * The name of the key that a text was sealed under, from its header: the text is not opened, and the key need not be
   * configured. Undefined for what is no sealed text.
   */
  keyOf(sealed: SealedText): string | undefined;
}

export interface Opened {
  readonly text: string;
  /** Sealed under another key than the first: to be resealed, so that the old key can be dropped. */
  readonly underOldKey: boolean;
}
