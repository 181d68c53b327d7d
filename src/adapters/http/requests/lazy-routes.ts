import { PartMissing } from "../../../domain/failure.ts";
import type { Middleware } from "../context.ts";

/** Routes that few people need: they are loaded at their first request, so that they do not take memory at the start. */
export const lazyRoutes = (load: () => Promise<Middleware>): Middleware => {
  let loading: Promise<Middleware> | undefined;
  const loaded = async (): Promise<Middleware> => {
    loading ??= load();
    try {
      return await loading;
    } catch (cause) {
      loading = undefined;
      throw new PartMissing({ cause });
    }
  };
  return async (ctx, next) => (await loaded())(ctx, next);
};
