import { type Adapter, errors, type Payload } from "oidc-provider";
import type { JsonObject } from "../../../domain/brand.ts";
import type { EntryStore } from "./entry-store.ts";
import { isRevoked, sessionByUid } from "./grant-entries.ts";

/**
 * Stores one model of oidc-provider. A grant is revoked by its removal, which is atomic: its codes and tokens are found
 * only while it exists, so that a token that is issued at the same moment is revoked as well.
 */
export const createModelAdapter = (store: EntryStore, model: string): Adapter => {
  const find = async (id: string): Promise<Payload | undefined> => {
    const entry = await store.find(model, id);
    if (entry === undefined || (await isRevoked(store, entry.value))) return undefined;
    const { value, consumedAt } = entry;
    return consumedAt === undefined ? value : { ...value, consumed: Math.floor(consumedAt) };
  };
  return {
    find,
    async upsert(id, payload, expiresIn) {
      if (expiresIn === undefined) throw new TypeError(`${model} without an end`);
      await store.put(model, id, payload as JsonObject, expiresIn);
      if (model === "Session" && payload.uid !== undefined) {
        await store.put(sessionByUid, payload.uid, { id }, expiresIn);
      }
    },
    async findByUid(uid) {
      const id = (await store.find(sessionByUid, uid))?.value.id;
      return typeof id === "string" ? find(id) : undefined;
    },
    // Only the device flow needs it, which is disabled.
    findByUserCode: async () => undefined,
    async consume(id) {
      // oidc-provider finds and consumes in two steps: of two concurrent requests, one fails here.
      if (!(await store.consume(model, id))) throw new errors.InvalidGrant("already used");
    },
    destroy: (id) => store.remove(model, id),
    revokeByGrantId: (grantId) => store.remove("Grant", grantId),
  };
};
