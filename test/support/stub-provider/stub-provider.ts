import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Flaw } from "./flaw.ts";
import { type LogoutTokenFaults, mintLogoutToken } from "./logout-token.ts";
import type { Person } from "./person.ts";
import { type SigningKey, signingKey } from "./signing-key.ts";
import { answerRequest } from "./stub-endpoints.ts";
import { type StubOptions, type StubState, stubState } from "./stub-state.ts";
import { mintFor } from "./stub-tokens.ts";

/** A small OpenID provider on a free port of 127.0.0.1, with flaws that tests switch on by name. */
export interface StubProvider {
  /** Its URL, and the issuer of its tokens unless it imitates another provider. */
  readonly issuer: string;
  /** Counters, recorded requests, and what tests may set: person, token lifetime, delay. */
  readonly state: StubState;
  /** Switches flaws on, until `behave`. */
  misbehave(...flaws: readonly Flaw[]): void;
  /** Switches a flaw on for one use. */
  misbehaveOnce(flaw: Flaw): void;
  behave(): void;
  /** Sets the person who logs in next. Their tokens have these claims from now on, also after a renewal. */
  setPerson(person: Person): void;
  /** An id token for a client, by default the CLI. Undefined claims are left out. */
  idToken(claims?: { readonly [claim: string]: unknown }, client?: "app" | "cli"): Promise<string>;
  /** A logout token for the app client, on the person that was last set; see {@link mintLogoutToken}. */
  logoutToken(claims?: { readonly [claim: string]: unknown }, wrong?: LogoutTokenFaults): Promise<string>;
  /** Visits the authorization endpoint, and returns the query of its redirect, with its "?". */
  logIn(authorizationUrl: string): Promise<string>;
  /** Signs with a new key from now on. `keepOld` leaves the old ones in the key set. */
  rotateKeys(
    kid: string,
    options?: { readonly alg?: SigningKey["alg"]; readonly keepOld?: boolean },
  ): Promise<void>;
  /** Refuses connections until `comeBack`, which listens on the same port again. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const listen = async (server: Server, port: number): Promise<number> => {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

const stop = async (server: Server): Promise<void> => {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
};

export const stubProvider = async (options: StubOptions = {}): Promise<StubProvider> => {
  const state = stubState(options, [await signingKey("RS256", "first")]);
  const server = createServer((request, response) => {
    answerRequest(state, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error("The stub failed", { cause: error })),
    );
  });
  const port = await listen(server, 0);
  const origin = `http://127.0.0.1:${port}`;
  state.issuer = options.dialect?.issuer ?? origin;
  return {
    issuer: origin,
    state,
    misbehave(...flaws) {
      for (const flaw of flaws) state.lasting.add(flaw);
    },
    misbehaveOnce: (flaw) => void state.once.push(flaw),
    behave() {
      state.lasting.clear();
      state.once.length = 0;
    },
    setPerson(person) {
      state.person = person;
      state.people.set(person.sub, person);
    },
    idToken: (claims = {}, client = "cli") =>
      mintFor(state, state.person.sub, state.options.clients[client].id, claims),
    logoutToken: (claims, wrong) => mintLogoutToken(state, claims, wrong),
    async logIn(authorizationUrl) {
      const response = await fetch(authorizationUrl, { redirect: "manual" });
      await response.body?.cancel();
      return new URL(response.headers.get("location") ?? "").search;
    },
    async rotateKeys(kid, { alg = "RS256", keepOld = true } = {}) {
      state.keys = [await signingKey(alg, kid), ...(keepOld ? state.keys : [])];
    },
    goAway: () => stop(server),
    async comeBack() {
      await listen(server, port);
    },
    close: () => stop(server),
  };
};
