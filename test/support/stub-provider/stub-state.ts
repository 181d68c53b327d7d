import type { Dialect } from "./dialects/dialect.ts";
import { activeFault, type Fault } from "./fault.ts";
import { type GrantStore, grantStore } from "./grant-store.ts";
import type { Person } from "./person.ts";
import type { SigningKey } from "./signing-key.ts";

export interface StubClient {
  readonly id: string;
  /** Absent: a public client. */
  readonly secret?: string;
}

export type Endpoint =
  | "discovery"
  | "jwks"
  | "authorize"
  | "token"
  | "end-session"
  | "revocation"
  | "userinfo"
  | "attacker-keys";

/** A request to the token endpoint or the revocation endpoint. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

export interface StubOptions {
  readonly clients?: { readonly app: StubClient; readonly cli: StubClient };
  /** Seconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Overrides of the discovery document; undefined removes a member. */
  readonly metadata?: { readonly [name: string]: unknown };
  /** The documented behaviour of a real provider. Default: the stub's own. */
  readonly dialect?: Dialect | undefined;
}

export interface StubState {
  readonly options: Required<StubOptions>;
  readonly grants: GrantStore;
  readonly calls: Record<Endpoint, number>;
  readonly tokenRequests: TokenRequest[];
  readonly revocationRequests: TokenRequest[];
  /** The tokens that were revoked at the revocation endpoint. */
  readonly revoked: string[];
  /** The first one signs; all are in the key set. */
  keys: readonly SigningKey[];
  issuer: string;
  /** Who logs in at the authorization endpoint, without a password. */
  person: Person;
  /** The `sid` of the next logins. Undefined: their id tokens have none. */
  providerSession: string | undefined;
  /** By subject; tokens have their present claims. */
  readonly people: Map<string, Person>;
  /** In seconds. */
  idTokenLifetime: number;
  /** Seconds by which `iat` is backdated. */
  backdatedBy: number;
  /** Delay of the fault "slow" and its like, in seconds. */
  responseDelay: number;
  /** Where confidential clients have to send their secret, at every endpoint; undefined: in either. */
  secretLocation: "header" | "form" | undefined;
  /** Whether a revocation is of the token alone, and not of its grant. */
  revokesSingleToken: boolean;
  /** The account of each, and its `sub` for the client. */
  readonly accessTokens: Map<
    string,
    { readonly subject: string; readonly sub: string; readonly scopes: readonly string[] }
  >;
  /** Access tokens of the userinfo requests. */
  readonly userinfoRequests: string[];
  readonly activeFaults: Set<Fault>;
  readonly oneTimeFaults: Fault[];
}

export const stubState = (options: StubOptions, keys: readonly SigningKey[]): StubState => {
  const person: Person = { sub: "subject-of-alice", username: "alice", groups: ["blab/owners"] };
  return {
    options: {
      clients: { app: { id: "app-client", secret: "app secret: ü+/&" }, cli: { id: "cli-client" } },
      now: () => Date.now() / 1000,
      metadata: {},
      dialect: undefined,
      ...options,
    },
    grants: grantStore(),
    calls: {
      discovery: 0,
      jwks: 0,
      authorize: 0,
      token: 0,
      "end-session": 0,
      revocation: 0,
      userinfo: 0,
      "attacker-keys": 0,
    },
    tokenRequests: [],
    revocationRequests: [],
    revoked: [],
    keys,
    issuer: "",
    person,
    providerSession: undefined,
    people: new Map([[person.sub, person]]),
    idTokenLifetime: 300,
    backdatedBy: 0,
    responseDelay: 0.5,
    secretLocation: undefined,
    revokesSingleToken: false,
    accessTokens: new Map(),
    userinfoRequests: [],
    activeFaults: new Set(),
    oneTimeFaults: [],
  };
};

/** The fault of this kind for the present response: a one-time fault comes first, and is removed. */
export const nextFault = <F extends Fault>(state: StubState, kind: readonly F[]): F | undefined => {
  const index = state.oneTimeFaults.findIndex((fault) => (kind as readonly Fault[]).includes(fault));
  if (index >= 0) return state.oneTimeFaults.splice(index, 1)[0] as F;
  return activeFault(kind, state.activeFaults);
};
