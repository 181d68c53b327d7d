import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "./fault.ts";
import { type LogoutTokenOptions, mintLogoutToken } from "./logout-token.ts";
import type { Person } from "./person.ts";
import { type SigningKey, signingKey } from "./signing-key.ts";
import { handleRequest } from "./stub-endpoints.ts";
import { type StubOptions, type StubState, stubState } from "./stub-state.ts";
import { mintIdToken } from "./stub-tokens.ts";

/** A small OpenID provider on a free port of 127.0.0.1, with fault injection. */
export interface StubProvider {
  /** Its origin, and the issuer of its tokens unless its dialect has another one. */
  readonly issuer: string;
  /** Counters, what came to the token endpoint, and what may be set: person, token life, responseDelay. */
  readonly state: StubState;
  /** Activates these faults until `clearFaults`. */
  injectFault(...faults: readonly Fault[]): void;
  /** Activates this fault for the next response that it applies to. */
  injectFaultOnce(fault: Fault): void;
  clearFaults(): void;
  /** Sets who logs in next, and that person's claims, in renewed tokens too. */
  setPerson(person: Person): void;
  /** An id token of a client, by default the CLI. Undefined claims are omitted. */
  idToken(claims?: { readonly [claim: string]: unknown }, client?: "app" | "cli"): Promise<string>;
  /** A logout token for the app client, about the subject who was last set; see {@link mintLogoutToken}. */
  logoutToken(claims?: { readonly [claim: string]: unknown }, options?: LogoutTokenOptions): Promise<string>;
  /** Sends an authorization request as a browser does; returns the query of the response, with its "?". */
  logIn(authorizationUrl: string): Promise<string>;
  /** Signs with a new key from now on; `keepOld` keeps the old ones in the key set. */
  rotateKeys(
    kid: string,
    options?: { readonly alg?: SigningKey["alg"]; readonly keepOld?: boolean },
  ): Promise<void>;
  /** Stops listening until `acceptConnections`, which listens on the same port again. */
  refuseConnections(): Promise<void>;
  acceptConnections(): Promise<void>;
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
    handleRequest(state, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error("The stub failed", { cause: error })),
    );
  });
  const port = await listen(server, 0);
  const origin = `http://127.0.0.1:${port}`;
  state.issuer = options.dialect?.issuer ?? origin;
  return {
    issuer: origin,
    state,
    injectFault(...faults) {
      for (const fault of faults) state.activeFaults.add(fault);
    },
    injectFaultOnce: (fault) => void state.oneTimeFaults.push(fault),
    clearFaults() {
      state.activeFaults.clear();
      state.oneTimeFaults.length = 0;
    },
    setPerson(person) {
      state.person = person;
      state.people.set(person.sub, person);
    },
    idToken: (claims = {}, client = "cli") =>
      mintIdToken(state, state.person.sub, state.options.clients[client].id, claims),
    logoutToken: (claims, options) => mintLogoutToken(state, claims, options),
    async logIn(authorizationUrl) {
      const response = await fetch(authorizationUrl, { redirect: "manual" });
      await response.body?.cancel();
      return new URL(response.headers.get("location") ?? "").search;
    },
    async rotateKeys(kid, { alg = "RS256", keepOld = true } = {}) {
      state.keys = [await signingKey(alg, kid), ...(keepOld ? state.keys : [])];
    },
    refuseConnections: () => stop(server),
    async acceptConnections() {
      await listen(server, port);
    },
    close: () => stop(server),
  };
};
