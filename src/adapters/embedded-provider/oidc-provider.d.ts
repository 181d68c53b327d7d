/** The part of oidc-provider 9 that is used here; the package has no types. */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  import type Koa from "koa";

  export interface Adapter {
    upsert(id: string, payload: Payload, expiresIn: number | undefined): Promise<void>;
    find(id: string): Promise<Payload | undefined>;
    findByUid(uid: string): Promise<Payload | undefined>;
    findByUserCode(code: string): Promise<Payload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface Payload {
    uid?: string;
    grantId?: string;
    consumed?: number;
    [name: string]: unknown;
  }

  export interface Client {
    readonly clientId: string;
    grantTypeAllowed(grantType: string): boolean;
  }

  export interface Session {
    readonly accountId?: string;
    readonly state?: {
      readonly secret: string;
      /** Validated by the library. */
      readonly postLogoutRedirectUri?: string;
      readonly state?: string;
    };
  }

  export interface Interaction {
    readonly uid: string;
    readonly prompt: { readonly name: string };
    readonly params: { readonly [name: string]: unknown };
  }

  export interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export interface OidcContext {
    readonly provider: Provider;
    readonly route?: string;
    readonly client?: Client;
    readonly session?: Session;
    readonly account?: { readonly accountId: string };
    urlFor(route: string): string;
  }

  export type Context = Koa.Context & { readonly oidc: OidcContext };

  export interface ErrorOut {
    readonly error: string;
    readonly error_description?: string;
  }

  export class Provider extends Koa {
    constructor(issuer: string, configuration: object);
    readonly Grant: new (properties: {
      accountId: string;
      clientId: string;
    }) => Grant;
    interactionDetails(req: IncomingMessage, res: ServerResponse): Promise<Interaction>;
    interactionResult(
      req: IncomingMessage,
      res: ServerResponse,
      result: { login: { accountId: string } },
      options: { mergeWithLastSubmission: boolean },
    ): Promise<string>;
  }

  export const errors: {
    readonly InvalidGrant: new (detail: string) => Error;
    readonly SessionNotFound: new (detail: string) => Error;
  };
  export const interactionPolicy: { base(): { remove(name: string): void } };
}
