import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { JWTPayload } from "jose";
import { SignJWT } from "jose";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import { logoutEvent } from "../support/stub-provider/logout-token.ts";
import { sendHtml, sendJson } from "../support/stub-provider/stub-responses.ts";
import type { Grant, IssuedToken, LogoutTokenKey, Person, ProcessName, RefreshRequest } from "./login.ts";
import { newGrant } from "./login.ts";
import type { FaultPeriods } from "./model/fault-periods.ts";
import type { ProviderKeys } from "./provider-keys.ts";
import { providerKeys } from "./provider-keys.ts";

export const client = { id: "app-client", secret: "a secret of the checker" };
export const cliClientId = "cli-client";

export interface ProviderOptions {
  readonly random: RandomNumbers;
  /** Why a refresh token may be sent a second time; undefined for a violation. */
  readonly allowedLoss: (grant: Grant, first: RefreshRequest) => string | undefined;
  readonly violation: (what: string, grant: Grant, by?: ProcessName) => void;
}

/** An OpenID provider with refresh token rotation, which is slow and faulty at random. */
export interface FaultyProvider {
  readonly issuer: string;
  /** The URL identifies the process that sends the request. */
  tokenUrl(by: ProcessName): string;
  /** The query of the authorization response, and the grant of its code. */
  approve(authorizationUrl: string, person: Person): { readonly query: string; readonly grant: Grant };
  /** Stops all faults. */
  stopFaults(): void;
  readonly counts: Record<
    "renewals" | "errors" | "delays" | "refusals" | "revocations" | "allowedReuses" | "late",
    number
  > &
    ProviderKeys["counts"];
  /** Rotates the signing key of id tokens. */
  rotateKey(): Promise<void>;
  /**
   * A logout token for a grant's session (OpenID Connect Back-Channel Logout section 2.4), signed with a key that was
   * published at this moment, with that of id tokens, or with one that is not the provider's.
   */
  logoutToken(grant: Grant, key: LogoutTokenKey): Promise<string>;
  /** An id token of the CLI, for a minute. */
  cliToken(username: string, subject: string, groups: readonly string[]): Promise<string>;
  /** When its keys were rotated, or a faulty key set was published. */
  readonly keyFaults: FaultPeriods;
  close(): Promise<void>;
}

const behaviours = {
  good: 928,
  late: 2,
  "slow before": 20,
  "slow after": 25,
  "server error": 10,
  "web page": 5,
  "hang up": 5,
  "too many": 5,
} as const;
type Behaviour = keyof typeof behaviours;

/** In milliseconds. An instance does not retry for a second after an error. */
const retryDelay = 1300;
const maxIssuedTokens = 40;

interface Code {
  readonly grant: Grant;
  readonly nonce: string;
}

export const faultyProvider = async (options: ProviderOptions): Promise<FaultyProvider> => {
  const { random } = options;
  const keys = await providerKeys(random);
  const grants = new Map<number, Grant>();
  const codes = new Map<string, Code>();
  const counts = {
    renewals: 0,
    errors: 0,
    delays: 0,
    refusals: 0,
    revocations: 0,
    allowedReuses: 0,
    late: 0,
  };
  let isFaultless = false;
  let lastGrant = 0;
  let issuer = "";

  const issueIdToken = async (
    grant: Grant,
    nonce?: string,
  ): Promise<{ readonly issued: IssuedToken; readonly idToken: string }> => {
    const at = Date.now();
    const { person } = grant;
    const [least, most] = person.tokenLifetime;
    const exp = at / 1000 + least + random.uniform() * (most - least);
    const issued: IssuedToken = {
      at,
      iat: Math.floor(at / 1000),
      expires: exp * 1000,
      isViewer: person.isViewer,
      delivered: undefined,
    };
    grant.issuedTokens.push(issued);
    if (grant.issuedTokens.length > maxIssuedTokens) grant.issuedTokens.shift();
    const { alg, kid, privateKey } = keys.present();
    const idToken = await new SignJWT({
      iss: issuer,
      aud: client.id,
      sub: person.subject,
      sid: grant.session,
      preferred_username: person.username,
      groups: issued.isViewer ? ["test-private/viewers"] : [],
      iat: issued.iat,
      exp,
      ...(nonce === undefined ? {} : { nonce }),
    })
      .setProtectedHeader({ alg, kid })
      .sign(privateKey);
    return { issued, idToken };
  };

  const sendTokens = async (
    response: ServerResponse,
    grant: Grant,
    { nonce, delay }: { nonce?: string; delay?: number },
  ) => {
    const { issued, idToken } = await issueIdToken(grant, nonce);
    if (delay) await sleep(delay);
    const refresh = grant.lastRefresh;
    // A closed response emits neither of the two events.
    if (refresh && response.closed) refresh.isResponseLost = true;
    response.once("finish", () => {
      issued.delivered = Date.now();
      if (refresh) refresh.delivered = issued.delivered;
    });
    response.once("close", () => {
      if (refresh && refresh.delivered === undefined) refresh.isResponseLost = true;
      issued.delivered ??= Date.now();
    });
    sendJson(response, 200, {
      token_type: "Bearer",
      access_token: "an-access-token",
      id_token: idToken,
      refresh_token: `${grant.id}.${grant.current}`,
    });
  };

  const rejectGrant = (response: ServerResponse): void => {
    counts.refusals += 1;
    sendJson(response, 400, { error: "invalid_grant" });
  };

  const refreshGrant = async (
    response: ServerResponse,
    form: URLSearchParams,
    by: ProcessName,
  ): Promise<void> => {
    const [id, number] = (form.get("refresh_token") ?? "").split(".").map(Number);
    const grant = grants.get(id ?? Number.NaN);
    if (!grant) throw new Error("A refresh token that was never issued");
    const behaviour: Behaviour = isFaultless ? "good" : random.weighted(behaviours);
    if (sendError(response, behaviour)) {
      counts.errors += 1;
      grant.faults.add(Date.now() - 50, Date.now() + retryDelay);
      return;
    }
    const delay = 100 + random.below(1400);
    const timeout = 3000 + random.below(9000);
    if (behaviour.startsWith("slow")) counts.delays += 1;
    if (behaviour === "slow before") await sleep(delay);
    if (response.destroyed) return;
    if (grant.revoked !== undefined) return rejectGrant(response);
    if (number !== grant.current) {
      rejectReuse(grant, number ?? 0, by);
      return rejectGrant(response);
    }
    grant.current += 1;
    counts.renewals += 1;
    grant.lastRefresh = { by, at: Date.now(), delivered: undefined, isResponseLost: false };
    if (behaviour === "late") {
      counts.late += 1;
      grant.faults.add(Date.now(), Date.now() + timeout + 2 * retryDelay);
      await sleep(timeout);
    }
    await sendTokens(response, grant, behaviour === "slow after" ? { delay } : {});
  };

  /** The reuse of a rotated token revokes its grant (RFC 9700 section 4.14.2). */
  const rejectReuse = (grant: Grant, number: number, by: ProcessName): void => {
    const first = number === grant.current - 1 ? grant.lastRefresh : undefined;
    const allowedLoss = first && options.allowedLoss(grant, first);
    if (allowedLoss === undefined) options.violation(`refresh token ${number} was sent twice`, grant, by);
    else counts.allowedReuses += 1;
    grant.allowedLoss = allowedLoss ?? "reported already";
    grant.revoked = Date.now();
  };

  const sendError = (response: ServerResponse, behaviour: Behaviour): boolean => {
    switch (behaviour) {
      case "server error":
        sendJson(response, 500, { error: "server_error" });
        return true;
      case "web page":
        sendHtml(response, 200);
        return true;
      case "too many":
        sendJson(response, 429, { error: "slow_down" });
        return true;
      case "hang up":
        response.destroy();
        return true;
      default:
        return false;
    }
  };

  const logoutToken = async ({ person, session }: Grant, key: LogoutTokenKey): Promise<string> => {
    const { alg, kid, privateKey } = await keys.forLogoutToken(key);
    const iat = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: issuer,
      aud: client.id,
      iat,
      exp: iat + 300,
      jti: randomUUID(),
      sid: session,
      ...(random.uniform() < 0.5 ? { sub: person.subject } : {}),
      events: { [logoutEvent]: {} },
    };
    return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "logout+jwt" }).sign(privateKey);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", issuer);
    const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return sendJson(response, 200, metadata(issuer));
      case "/jwks":
        return sendJson(response, 200, { keys: isFaultless ? keys.all() : keys.published() });
      case "/revoke": {
        const [id, number] = (form.get("token") ?? "").split(".").map(Number);
        const grant = grants.get(id ?? Number.NaN);
        // Only that token is revoked: a token of a late refresh response has to be revoked as well.
        if (grant && number === grant.current) grant.revoked ??= Date.now();
        counts.revocations += 1;
        return sendJson(response, 200, {});
      }
      case "/token": {
        const [instance = 0, generation = 0] = (url.searchParams.get("by") ?? "").split(".").map(Number);
        const by = { instance, generation };
        if (form.get("grant_type") === "refresh_token") return refreshGrant(response, form, by);
        const code = codes.get(form.get("code") ?? "");
        codes.delete(form.get("code") ?? "");
        return code ? sendTokens(response, code.grant, { nonce: code.nonce }) : rejectGrant(response);
      }
      default:
        return sendJson(response, 404, { error: "not_found" });
    }
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((cause: unknown) => {
      response.destroy(new Error("The checker's provider failed", { cause }));
      options.violation(`the provider: ${String(cause)}`, newGrant(0, nobody));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    issuer,
    get counts() {
      return { ...counts, ...keys.counts };
    },
    tokenUrl: ({ instance, generation }) => `${issuer}/token?by=${instance}.${generation}`,
    approve: (authorizationUrl, person) => {
      const { searchParams } = new URL(authorizationUrl);
      lastGrant += 1;
      const grant = newGrant(lastGrant, person);
      grants.set(grant.id, grant);
      // Limits memory; requests with grants that old are not sent any more.
      grants.delete(grant.id - 20_000);
      const code = `code-${grant.id}`;
      codes.set(code, { grant, nonce: searchParams.get("nonce") ?? "" });
      const query = new URLSearchParams({ code, state: searchParams.get("state") ?? "", iss: issuer });
      return { query: `?${query}`, grant };
    },
    cliToken: (username, subject, groups) => {
      const { alg, kid, privateKey } = keys.present();
      const iat = Math.floor(Date.now() / 1000);
      const claims = { sub: subject, preferred_username: username, groups, iat, exp: iat + 60 };
      return new SignJWT({ iss: issuer, aud: cliClientId, ...claims })
        .setProtectedHeader({ alg, kid })
        .sign(privateKey);
    },
    keyFaults: keys.faults,
    rotateKey: keys.rotate,
    logoutToken,
    stopFaults: () => {
      isFaultless = true;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};

const nobody: Person = {
  username: "nobody",
  subject: "nobody",
  keptRole: undefined,
  isViewer: false,
  tokenLifetime: [1, 1],
  marks: [],
};

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  revocation_endpoint: `${issuer}/revoke`,
  end_session_endpoint: `${issuer}/logout`,
  response_types_supported: ["code"],
  scopes_supported: ["openid", "profile", "offline_access"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["ES256"],
  authorization_response_iss_parameter_supported: true,
});
