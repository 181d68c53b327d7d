export interface Random {
  /** This many unpredictable bytes, in base64url without padding. */
  text(bytes: number): string;
  /** A number from 0 to below 1, for jitter; not for secrets. */
  fraction(): number;
}
