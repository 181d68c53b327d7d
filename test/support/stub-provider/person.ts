/** A person with an account at the stub. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  readonly groups: readonly string[];
  /** Claims at the userinfo endpoint, besides the subject. */
  readonly userinfo?: { readonly [claim: string]: unknown };
  /** Claims of the id token, which override all others; undefined ones are left out. */
  readonly claims?: { readonly [claim: string]: unknown };
}
