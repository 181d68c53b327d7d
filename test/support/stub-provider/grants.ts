import { createHash, randomBytes } from "node:crypto";

/** The grant of one login; all its refresh tokens are revoked together. */
export interface Grant {
  readonly subject: string;
  readonly clientId: string;
  readonly nonce: string | undefined;
  /** The provider session. Undefined: id tokens have no `sid`. */
  readonly sid?: string | undefined;
  /** Whether refresh tokens are issued. Default: true. */
  readonly isOffline?: boolean;
  /** The requested scope. Undefined: all. */
  readonly scopes?: readonly string[];
  revoked: boolean;
}

interface Code {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly challenge: string;
  used: boolean;
}

interface RefreshToken {
  readonly grant: Grant;
  /** How often it was redeemed successfully. */
  redemptions: number;
  used: boolean;
  revoked: boolean;
}

const isOver = ({ revoked, grant }: RefreshToken): boolean => revoked || grant.revoked;

const unguessable = (): string => randomBytes(16).toString("base64url");

/** The codes and refresh tokens of the provider. */
export const grants = () => {
  const codes = new Map<string, Code>();
  const refreshTokens = new Map<string, RefreshToken>();
  return {
    issueCode(grant: Omit<Grant, "revoked">, redirectUri: string, challenge: string): string {
      const code = unguessable();
      codes.set(code, { grant: { ...grant, revoked: false }, redirectUri, challenge, used: false });
      return code;
    },
    /** Undefined: no such code, used before, another client's or address's, or the wrong verifier (RFC 7636 section 4.6). */
    redeemCode(code: string, clientId: string, redirectUri: string, verifier: string): Grant | undefined {
      const known = codes.get(code);
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      if (known === undefined || known.used || known.grant.clientId !== clientId) return undefined;
      known.used = true;
      return known.redirectUri === redirectUri && known.challenge === challenge ? known.grant : undefined;
    },
    issueRefreshToken(grant: Grant): string {
      const token = unguessable();
      refreshTokens.set(token, { grant, redemptions: 0, used: false, revoked: false });
      return token;
    },
    /** The reuse of a single-use token revokes the whole grant (RFC 9700 section 4.14.2). */
    redeemRefreshToken(token: string, clientId: string, singleUse: boolean): Grant | undefined {
      const known = refreshTokens.get(token);
      if (known === undefined || known.grant.clientId !== clientId || isOver(known)) return undefined;
      if (known.used) {
        known.grant.revoked = true;
        return undefined;
      }
      known.used = singleUse;
      known.redemptions += 1;
      return known.grant;
    },
    /** Revokes the whole grant, or `alone` that token (RFC 7009 section 2.1). An unknown token is no error. */
    revoke(token: string, alone: boolean): void {
      const known = refreshTokens.get(token);
      if (known !== undefined) (alone ? known : known.grant).revoked = true;
    },
    /** The number of a person's valid refresh tokens. */
    alive: (subject: string): number =>
      [...refreshTokens.values()].filter((one) => one.grant.subject === subject && !one.used && !isOver(one))
        .length,
    isRevoked: (token: string): boolean => refreshTokens.get(token)?.grant.revoked === true,
    revokeEverything(): void {
      for (const { grant } of refreshTokens.values()) grant.revoked = true;
    },
    /** The maximum number of times that a refresh token was redeemed. */
    mostRedemptions: (): number =>
      Math.max(0, ...[...refreshTokens.values()].map((token) => token.redemptions)),
  };
};

export type Grants = ReturnType<typeof grants>;
