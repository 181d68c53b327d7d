/** Somebody whom the stub knows. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  readonly groups: readonly string[];
  /** Of the id token, over all others; undefined ones are left out. */
  readonly claims?: { readonly [claim: string]: unknown };
}
