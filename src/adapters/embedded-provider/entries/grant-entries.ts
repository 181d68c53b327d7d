import type { JsonObject } from "../../../domain/brand.ts";
import type { EntryStore } from "./entry-store.ts";

export const sessionByUid = "SessionByUid";

/** The models of oidc-provider that we use, and our index. */
export const entryKinds = [
  "AccessToken",
  "AuthorizationCode",
  "Grant",
  "Interaction",
  "RefreshToken",
  "Session",
  sessionByUid,
];

/** What is given out under a grant, and is worth nothing without it. */
const ofGrant: ReadonlySet<string> = new Set(["AccessToken", "AuthorizationCode", "RefreshToken"]);

/** Whether the entry belongs to a grant that was revoked or is over. */
export const isRevoked = async (store: EntryStore, value: JsonObject): Promise<boolean> =>
  ofGrant.has(String(value.kind)) &&
  typeof value.grantId === "string" &&
  (await store.find("Grant", value.grantId)) === undefined;
