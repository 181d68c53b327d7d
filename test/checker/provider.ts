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
import { answerHtml, answerJson } from "../support/stub-provider/stub-answer.ts";
import type { Grant, Mint, NoticeKey, Person, ProcessName, Redemption } from "./login.ts";
import { newGrant } from "./login.ts";
import type { Trouble } from "./model/trouble.ts";
import type { ProviderKeys } from "./provider-keys.ts";
import { providerKeys } from "./provider-keys.ts";

export const client = { id: "app-client", secret: "a secret of the checker" };

export interface ProviderOptions {
  readonly random: RandomNumbers;
  /** A refresh token was sent a second time: why that may be, or undefined for a violation. */
  readonly excuse: (grant: Grant, first: Redemption) => string | undefined;
  readonly violation: (what: string, grant: Grant, by?: ProcessName) => void;
}

/** An OpenID provider with refresh tokens of single use, which is slow and errs at random. */
export interface CheckersProvider {
  readonly issuer: string;
  /** The URL says which process asks. */
  tokenUrl(by: ProcessName): string;
  /** What a browser is sent back with, and the grant that the code in it stands for. */
  approve(authorizationUrl: string, person: Person): { readonly query: string; readonly grant: Grant };
  /** From now on it errs no more. */
  behave(): void;
  readonly counts: Record<
    "renewals" | "errors" | "delays" | "refusals" | "revocations" | "excused" | "late",
    number
  > &
    ProviderKeys["counts"];
  /** It signs with another key from now on. */
  changeKey(): Promise<void>;
  /**
   * A logout token about a grant's session (OpenID Connect Back-Channel Logout section 2.4): under a key that was
   * published this very moment, or under that of its id tokens; or one that somebody else has made.
   */
  logoutToken(grant: Grant, under: NoticeKey): Promise<string>;
  /** Its keys have changed, or were told wrongly, a moment ago. */
  readonly keyTrouble: Trouble;
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

/** After an error the instance that saw it leaves the provider alone for a second. */
const pauseAfterError = 1300;
const keptMints = 40;

interface Code {
  readonly grant: Grant;
  readonly nonce: string;
}

export const checkersProvider = async (options: ProviderOptions): Promise<CheckersProvider> => {
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
    excused: 0,
    late: 0,
  };
  let isGood = false;
  let lastGrant = 0;
  let issuer = "";

  const mint = async (
    grant: Grant,
    nonce?: string,
  ): Promise<{ readonly mint: Mint; readonly token: string }> => {
    const at = Date.now();
    const { person } = grant;
    const [least, most] = person.tokenLife;
    const exp = at / 1000 + least + random.uniform() * (most - least);
    const made: Mint = {
      at,
      iat: Math.floor(at / 1000),
      expires: exp * 1000,
      isViewer: person.isViewer,
      delivered: undefined,
    };
    grant.mints.push(made);
    if (grant.mints.length > keptMints) grant.mints.shift();
    const { alg, kid, privateKey } = keys.present();
    const token = await new SignJWT({
      iss: issuer,
      aud: client.id,
      sub: person.username,
      sid: grant.session,
      preferred_username: person.username,
      groups: made.isViewer ? ["test-private/viewers"] : [],
      iat: made.iat,
      exp,
      ...(nonce === undefined ? {} : { nonce }),
    })
      .setProtectedHeader({ alg, kid })
      .sign(privateKey);
    return { mint: made, token };
  };

  const answerTokens = async (
    response: ServerResponse,
    grant: Grant,
    more: { nonce?: string; delay?: number },
  ) => {
    const made = await mint(grant, more.nonce);
    if (more.delay) await sleep(more.delay);
    const redemption = grant.lastRedemption;
    // Then neither of the two events comes.
    if (redemption && response.closed) redemption.isLost = true;
    response.once("finish", () => {
      made.mint.delivered = Date.now();
      if (redemption) redemption.delivered = made.mint.delivered;
    });
    response.once("close", () => {
      if (redemption && redemption.delivered === undefined) redemption.isLost = true;
      made.mint.delivered ??= Date.now();
    });
    answerJson(response, 200, {
      token_type: "Bearer",
      access_token: "an-access-token",
      id_token: made.token,
      refresh_token: `${grant.id}.${grant.current}`,
    });
  };

  const refuse = (response: ServerResponse): void => {
    counts.refusals += 1;
    answerJson(response, 400, { error: "invalid_grant" });
  };

  const redeem = async (response: ServerResponse, form: URLSearchParams, by: ProcessName): Promise<void> => {
    const [id, number] = (form.get("refresh_token") ?? "").split(".").map(Number);
    const grant = grants.get(id ?? Number.NaN);
    if (!grant) throw new Error("A refresh token that was never given");
    const behaviour: Behaviour = isGood ? "good" : random.weighted(behaviours);
    if (err(response, behaviour)) {
      counts.errors += 1;
      grant.trouble.add(Date.now() - 50, Date.now() + pauseAfterError);
      return;
    }
    const delay = 100 + random.below(1400);
    const timeout = 3000 + random.below(9000);
    if (behaviour.startsWith("slow")) counts.delays += 1;
    if (behaviour === "slow before") await sleep(delay);
    if (response.destroyed) return;
    if (grant.revoked !== undefined) return refuse(response);
    if (number !== grant.current) {
      useTwice(grant, number ?? 0, by);
      return refuse(response);
    }
    grant.current += 1;
    counts.renewals += 1;
    grant.lastRedemption = { by, at: Date.now(), delivered: undefined, isLost: false };
    if (behaviour === "late") {
      counts.late += 1;
      grant.trouble.add(Date.now(), Date.now() + timeout + 2 * pauseAfterError);
      await sleep(timeout);
    }
    await answerTokens(response, grant, behaviour === "slow after" ? { delay } : {});
  };

  /** The second use of a token ends the whole grant (RFC 9700 section 4.14.2). */
  const useTwice = (grant: Grant, number: number, by: ProcessName): void => {
    const first = number === grant.current - 1 ? grant.lastRedemption : undefined;
    const excuse = first && options.excuse(grant, first);
    if (excuse === undefined) options.violation(`refresh token ${number} was sent twice`, grant, by);
    else counts.excused += 1;
    grant.excuse = excuse ?? "told already";
    grant.revoked = Date.now();
  };

  const err = (response: ServerResponse, behaviour: Behaviour): boolean => {
    switch (behaviour) {
      case "server error":
        answerJson(response, 500, { error: "server_error" });
        return true;
      case "web page":
        answerHtml(response, 200);
        return true;
      case "too many":
        answerJson(response, 429, { error: "slow_down" });
        return true;
      case "hang up":
        response.destroy();
        return true;
      default:
        return false;
    }
  };

  const logoutToken = async ({ person, session }: Grant, under: NoticeKey): Promise<string> => {
    const { alg, kid, privateKey } = await keys.ofNotice(under);
    const iat = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: issuer,
      aud: client.id,
      iat,
      exp: iat + 300,
      jti: randomUUID(),
      sid: session,
      ...(random.uniform() < 0.5 ? { sub: person.username } : {}),
      events: { [logoutEvent]: {} },
    };
    return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "logout+jwt" }).sign(privateKey);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", issuer);
    const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return answerJson(response, 200, metadata(issuer));
      case "/jwks":
        return answerJson(response, 200, { keys: isGood ? keys.all() : keys.told() });
      case "/revoke": {
        const [id, number] = (form.get("token") ?? "").split(".").map(Number);
        const grant = grants.get(id ?? Number.NaN);
        // That token alone: one that came of a late renewal lives on until it is revoked too.
        if (grant && number === grant.current) grant.revoked ??= Date.now();
        counts.revocations += 1;
        return answerJson(response, 200, {});
      }
      case "/token": {
        const [instance = 0, generation = 0] = (url.searchParams.get("by") ?? "").split(".").map(Number);
        const by = { instance, generation };
        if (form.get("grant_type") === "refresh_token") return redeem(response, form, by);
        const code = codes.get(form.get("code") ?? "");
        codes.delete(form.get("code") ?? "");
        return code ? answerTokens(response, code.grant, { nonce: code.nonce }) : refuse(response);
      }
      default:
        return answerJson(response, 404, { error: "not_found" });
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((cause: unknown) => {
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
      // Ended ones are asked about for a while only.
      grants.delete(grant.id - 20_000);
      const code = `code-${grant.id}`;
      codes.set(code, { grant, nonce: searchParams.get("nonce") ?? "" });
      const query = new URLSearchParams({ code, state: searchParams.get("state") ?? "", iss: issuer });
      return { query: `?${query}`, grant };
    },
    keyTrouble: keys.trouble,
    changeKey: keys.change,
    logoutToken,
    behave: () => {
      isGood = true;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};

const nobody: Person = { username: "nobody", isViewer: false, tokenLife: [1, 1], marks: [] };

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
