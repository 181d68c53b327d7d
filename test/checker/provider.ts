import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { JWK } from "jose";
import { SignJWT } from "jose";
import type { RandomNumbers } from "../../src/app/sample/random-numbers.ts";
import { signingKey } from "../support/stub-provider/signing-key.ts";
import { answerHtml, answerJson } from "../support/stub-provider/stub-answer.ts";
import type { Grant, Mint, Person, ProcessName, Redemption } from "./login.ts";
import { newGrant } from "./login.ts";
import type { Trouble } from "./trouble.ts";
import { trouble } from "./trouble.ts";

export const client = { id: "app-client", secret: "a secret of the checker" };

export interface ProviderOptions {
  readonly random: RandomNumbers;
  /** A refresh token was sent a second time: why that may be, or undefined for a violation. */
  readonly excuse: (grant: Grant, first: Redemption) => string | undefined;
  readonly violation: (what: string, grant: Grant) => void;
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
    "renewals" | "errors" | "delays" | "refusals" | "revocations" | "excused" | "late" | "keys" | "glitches",
    number
  >;
  /** It signs with another key from now on. */
  changeKey(): Promise<void>;
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
/** Tokens live half a minute at most, and keys change less often than that. */
const keptKeys = 4;
/** In milliseconds: keys are fetched once a second, and a renewal that failed is tried again after one. */
const afterKeys = 3500;

interface Code {
  readonly grant: Grant;
  readonly nonce: string;
}

export const checkersProvider = async (options: ProviderOptions): Promise<CheckersProvider> => {
  const { random } = options;
  let key = await signingKey("ES256", "of the checker");
  const other = await signingKey("ES256", "of nobody");
  let keys = [key];
  const keyTrouble = trouble();
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
    keys: 0,
    glitches: 0,
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
    const token = await new SignJWT({
      iss: issuer,
      aud: client.id,
      sub: person.username,
      preferred_username: person.username,
      groups: made.isViewer ? ["test-private/viewers"] : [],
      iat: made.iat,
      exp,
      ...(nonce === undefined ? {} : { nonce }),
    })
      .setProtectedHeader({ alg: key.alg, kid: key.kid })
      .sign(key.privateKey);
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
    const patience = 3000 + random.below(9000);
    if (behaviour.startsWith("slow")) counts.delays += 1;
    if (behaviour === "slow before") await sleep(delay);
    if (response.destroyed) return;
    if (grant.revoked !== undefined) return refuse(response);
    if (number !== grant.current) {
      useTwice(grant, number ?? 0);
      return refuse(response);
    }
    grant.current += 1;
    counts.renewals += 1;
    grant.lastRedemption = { by, at: Date.now(), delivered: undefined, isLost: false };
    if (behaviour === "late") {
      counts.late += 1;
      grant.trouble.add(Date.now(), Date.now() + patience + 2 * pauseAfterError);
      await sleep(patience);
    }
    await answerTokens(response, grant, behaviour === "slow after" ? { delay } : {});
  };

  /** The second use of a token ends the whole grant (RFC 9700 section 4.14.2). */
  const useTwice = (grant: Grant, number: number): void => {
    const first = number === grant.current - 1 ? grant.lastRedemption : undefined;
    const excuse = first && options.excuse(grant, first);
    if (excuse === undefined) options.violation("a refresh token was sent twice", grant);
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

  /** Key sets that were told for a moment by real providers, and say nothing of anybody's token. */
  const tellKeys = (): readonly JWK[] => {
    const told = keys.map(({ publicJwk }) => publicJwk);
    if (isGood || random.uniform() > 0.3) return told;
    counts.glitches += 1;
    keyTrouble.add(Date.now() - 50, Date.now() + afterKeys);
    return random.pick([
      [],
      [{ ...other.publicJwk, kid: key.kid }, ...told],
      told.map((jwk) => ({ ...jwk, use: "enc" })),
      told.slice(1),
    ]);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", issuer);
    const form = new URLSearchParams(request.method === "POST" ? await text(request) : "");
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return answerJson(response, 200, metadata(issuer));
      case "/jwks":
        return answerJson(response, 200, { keys: tellKeys() });
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
    counts,
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
    keyTrouble,
    changeKey: async () => {
      counts.keys += 1;
      keyTrouble.add(Date.now(), Date.now() + afterKeys);
      key = await signingKey("ES256", `of the checker, ${counts.keys}`);
      keys = [key, ...keys].slice(0, keptKeys);
    },
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
