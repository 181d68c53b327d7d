import type { JsonObject } from "../../domain/brand.ts";

/**
 * The document that tells clients which provider and which OAuth2 client to use (http-api.md section 12), as
 * seen from the server's origin `origin`. Throws ProviderDown.
 */
export type Discovery = (origin: string) => Promise<JsonObject>;
