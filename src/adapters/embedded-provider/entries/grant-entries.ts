import type { JsonObject } from "../../../domain/brand.ts";
import type { EntryStore } from "./entry-store.ts";

/** An index of ours: the id of a session by its `uid`. */
export const sessionByUid = "SessionByUid";

/** The models of oidc-provider that are used, and the index. */
export const entryKinds = [
  "AccessToken",
  "AuthorizationCode",
  "Grant",
  "Interaction",
  "RefreshToken",
  "Session",
  sessionByUid,
];

/** Models that are invalid without their grant. */
const grantBoundKinds: ReadonlySet<string> = new Set(["AccessToken", "AuthorizationCode", "RefreshToken"]);

/** Whether the entry belongs to a grant that was revoked or has expired. */
export const isRevoked = async (store: EntryStore, value: JsonObject): Promise<boolean> =>
  grantBoundKinds.has(String(value.kind)) &&
  typeof value.grantId === "string" &&
  (await store.find("Grant", value.grantId)) === undefined;
