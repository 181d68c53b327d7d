import { createHash, randomBytes } from "node:crypto";

/** An authorization grant: one login, whose refresh tokens are revoked together. */
export interface Grant {
  readonly subject: string;
  readonly clientId: string;
  readonly nonce: string | undefined;
  /** Undefined: its id tokens have no `sid`. */
  readonly sid?: string | undefined;
  /** Whether refresh tokens are issued. Default: true. */
  readonly isOffline?: boolean;
  /** The requested scopes. Default: all. */
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
  /** Number of successful refresh grants. */
  redemptions: number;
  used: boolean;
  revoked: boolean;
}

const isInvalid = ({ revoked, grant }: RefreshToken): boolean => revoked || grant.revoked;

const randomToken = (): string => randomBytes(16).toString("base64url");

/** The provider's codes and refresh tokens. */
export const grantStore = () => {
  const codes = new Map<string, Code>();
  const refreshTokens = new Map<string, RefreshToken>();
  return {
    issueCode(grant: Omit<Grant, "revoked">, redirectUri: string, challenge: string): string {
      const code = randomToken();
      codes.set(code, { grant: { ...grant, revoked: false }, redirectUri, challenge, used: false });
      return code;
    },
    /**
     * Undefined: the code is unknown, used, or of another client or redirect URI, or its verifier is wrong (RFC 7636
     * section 4.6).
     */
    redeemCode(code: string, clientId: string, redirectUri: string, verifier: string): Grant | undefined {
      const known = codes.get(code);
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      if (known === undefined || known.used || known.grant.clientId !== clientId) return undefined;
      known.used = true;
      return known.redirectUri === redirectUri && known.challenge === challenge ? known.grant : undefined;
    },
    issueRefreshToken(grant: Grant): string {
      const token = randomToken();
      refreshTokens.set(token, { grant, redemptions: 0, used: false, revoked: false });
      return token;
    },
    /** Reuse of a rotated token revokes its grant (RFC 9700 section 4.14.2). */
    redeemRefreshToken(token: string, clientId: string, singleUse: boolean): Grant | undefined {
      const known = refreshTokens.get(token);
      if (known === undefined || known.grant.clientId !== clientId || isInvalid(known)) return undefined;
      if (known.used) {
        known.grant.revoked = true;
        return undefined;
      }
      known.used = singleUse;
      known.redemptions += 1;
      return known.grant;
    },
    /** RFC 7009 section 2.1: revokes the token's grant, or that token alone. An unknown token is no error. */
    revoke(token: string, singleToken: boolean): void {
      const known = refreshTokens.get(token);
      if (known !== undefined) (singleToken ? known : known.grant).revoked = true;
    },
    /** Number of a person's refresh tokens that could be redeemed now. */
    countValid: (subject: string): number =>
      [...refreshTokens.values()].filter(
        (one) => one.grant.subject === subject && !one.used && !isInvalid(one),
      ).length,
    isRevoked: (token: string): boolean => refreshTokens.get(token)?.grant.revoked === true,
    revokeAll(): void {
      for (const { grant } of refreshTokens.values()) grant.revoked = true;
    },
    /** The largest number of successful refresh grants with one refresh token. */
    maxRedemptions: (): number =>
      Math.max(0, ...[...refreshTokens.values()].map((token) => token.redemptions)),
  };
};

export type GrantStore = ReturnType<typeof grantStore>;
