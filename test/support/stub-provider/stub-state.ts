import type { Dialect } from "./dialects/dialect.ts";
import { type Flaw, flawOf } from "./flaw.ts";
import { type Grants, grants } from "./grants.ts";
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
  | "strangers-keys";

/** A recorded request to the token or revocation endpoint. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

export interface StubOptions {
  readonly clients?: { readonly app: StubClient; readonly cli: StubClient };
  /** Seconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Members that override the discovery document's; undefined removes one. */
  readonly metadata?: { readonly [name: string]: unknown };
  /** The real provider to imitate. Undefined: none. */
  readonly dialect?: Dialect | undefined;
}

export interface StubState {
  readonly options: Required<StubOptions>;
  readonly grants: Grants;
  readonly calls: Record<Endpoint, number>;
  readonly tokenRequests: TokenRequest[];
  readonly revocationRequests: TokenRequest[];
  /** The accepted requests to the revocation endpoint. */
  readonly revoked: string[];
  /** The first key signs; all are in the key set. */
  keys: readonly SigningKey[];
  issuer: string;
  /** The person whom the authorization endpoint logs in, without asking for a password. */
  person: Person;
  /** The `sid` of the next logins. Undefined: their id tokens have none. */
  providerSession: string | undefined;
  /** All people by subject, with their current claims. */
  readonly people: Map<string, Person>;
  /** The lifetime of id tokens, in seconds. */
  tokenLife: number;
  /** Seconds by which `iat` is backdated. */
  backdatedBy: number;
  /** The delay of slow answers, in seconds. */
  slowness: number;
  /** The required authentication method of confidential clients, at every endpoint. Undefined: any. */
  takesSecrets: "header" | "form" | undefined;
  /** Whether a revocation is for that token alone, and not for the whole grant. */
  revokesAlone: boolean;
  /** Whose they are, and how the client knows them. */
  readonly accessTokens: Map<
    string,
    { readonly subject: string; readonly sub: string; readonly scopes: readonly string[] }
  >;
  /** The access tokens of the requests to the userinfo endpoint. */
  readonly userinfoRequests: string[];
  readonly lasting: Set<Flaw>;
  readonly once: Flaw[];
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
    grants: grants(),
    calls: {
      discovery: 0,
      jwks: 0,
      authorize: 0,
      token: 0,
      "end-session": 0,
      revocation: 0,
      userinfo: 0,
      "strangers-keys": 0,
    },
    tokenRequests: [],
    revocationRequests: [],
    revoked: [],
    keys,
    issuer: "",
    person,
    providerSession: undefined,
    people: new Map([[person.sub, person]]),
    tokenLife: 300,
    backdatedBy: 0,
    slowness: 0.5,
    takesSecrets: undefined,
    revokesAlone: false,
    accessTokens: new Map(),
    userinfoRequests: [],
    lasting: new Set(),
    once: [],
  };
};

/** The active flaw of this kind. One that is for a single use comes first, and is then switched off. */
export const nextFlaw = <F extends Flaw>(state: StubState, kind: readonly F[]): F | undefined => {
  const index = state.once.findIndex((flaw) => (kind as readonly Flaw[]).includes(flaw));
  if (index >= 0) return state.once.splice(index, 1)[0] as F;
  return flawOf(kind, state.lasting);
};
