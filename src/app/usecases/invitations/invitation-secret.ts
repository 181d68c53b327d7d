import type { InvitationId, InvitationSecret } from "../../../domain/people/invitation.ts";

/** The id of the invitation that has this secret: its SHA-256 hash. The secret is random, so a salt would add nothing. */
export const idOfSecret = async (secret: InvitationSecret): Promise<InvitationId> => {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("") as InvitationId;
};
