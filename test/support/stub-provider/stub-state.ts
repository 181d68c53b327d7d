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

/** A request to the token endpoint, or to the one that revokes, as it came. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly form: URLSearchParams;
}

export interface StubOptions {
  readonly clients?: { readonly app: StubClient; readonly cli: StubClient };
  /** Seconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Members to put over the discovery document's; undefined removes one. */
  readonly metadata?: { readonly [name: string]: unknown };
  /** A real provider's way of speaking; undefined: the stub's own. */
  readonly dialect?: Dialect | undefined;
}

export interface StubState {
  readonly options: Required<StubOptions>;
  readonly grants: Grants;
  readonly calls: Record<Endpoint, number>;
  readonly tokenRequests: TokenRequest[];
  readonly revocationRequests: TokenRequest[];
  /** What came to the revocation endpoint, and was obeyed. */
  readonly revoked: string[];
  /** The key that signs is the first; all are in the key set. */
  keys: readonly SigningKey[];
  issuer: string;
  /** Who logs in at the authorization endpoint; asked for no password. Replace to log in as somebody else. */
  person: Person;
  /** The `sid` of those who log in next; undefined: their id tokens have none. */
  providerSession: string | undefined;
  /** By subject, as they are told in tokens from now on. */
  readonly people: Map<string, Person>;
  /** Seconds that an id token lives. */
  tokenLife: number;
  /** Seconds by which `iat` is dated back. */
  backdatedBy: number;
  /** Seconds that a slow answer takes. */
  slowness: number;
  /** How clients with a secret have to send it, at every endpoint; undefined: as they like. */
  takesSecrets: "header" | "form" | undefined;
  /** Whether a revocation ends that token alone, and not the whole grant. */
  revokesAlone: boolean;
  /** Whose they are, and how the client knows them. */
  readonly accessTokens: Map<
    string,
    { readonly subject: string; readonly sub: string; readonly scopes: readonly string[] }
  >;
  /** Access tokens that the userinfo endpoint was asked with. */
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

/** The flaw of this kind to show now: one that was asked for once comes first, and is then used up. */
export const nextFlaw = <F extends Flaw>(state: StubState, kind: readonly F[]): F | undefined => {
  const index = state.once.findIndex((flaw) => (kind as readonly Flaw[]).includes(flaw));
  if (index >= 0) return state.once.splice(index, 1)[0] as F;
  return flawOf(kind, state.lasting);
};
