/** Somebody whom the stub knows. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  readonly groups: readonly string[];
  /** What the userinfo endpoint says, beside the subject. */
  readonly userinfo?: { readonly [claim: string]: unknown };
  /** Of the id token, over all others; undefined ones are left out. */
  readonly claims?: { readonly [claim: string]: unknown };
}
