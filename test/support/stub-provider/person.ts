/** A user account of the stub. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  readonly groups: readonly string[];
  /** Userinfo claims beside `sub`. */
  readonly userinfo?: { readonly [claim: string]: unknown };
  /** Claims that override those of the id token; undefined ones are omitted. */
  readonly claims?: { readonly [claim: string]: unknown };
}
