export interface Random {
  /** This many unpredictable bytes, in base64url without padding. */
  text(bytes: number): string;
}
