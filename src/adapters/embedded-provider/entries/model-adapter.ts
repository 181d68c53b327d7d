import { type Adapter, errors, type Payload } from "oidc-provider";
import type { JsonObject } from "../../../domain/brand.ts";
import type { EntryStore } from "./entry-store.ts";
import { isRevoked, sessionByUid } from "./grant-entries.ts";

/**
 * Stores one model of oidc-provider. A grant is revoked by removing it, in one step: its codes and tokens are
 * found only while it is there, so that no token made at the same moment slips through.
 */
export const createModelAdapter = (store: EntryStore, model: string): Adapter => {
  const find = async (id: string): Promise<Payload | undefined> => {
    const entry = await store.find(model, id);
    if (entry === undefined || (await isRevoked(store, entry.value))) return undefined;
    return entry.usedAt === undefined ? entry.value : { ...entry.value, consumed: Math.floor(entry.usedAt) };
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
    // Of the device flow, which is switched off.
    findByUserCode: async () => undefined,
    async consume(id) {
      // Looking for it and using it up are two steps of the library; of two requests one comes too late here.
      if (!(await store.use(model, id))) throw new errors.InvalidGrant("already used");
    },
    destroy: (id) => store.remove(model, id),
    revokeByGrantId: (grantId) => store.remove("Grant", grantId),
  };
};
