import type { DependencyContainer } from "tsyringe";
import { get } from "./bindings.ts";
import { withCachedUnicodeNames } from "./caches/cached-unicode-names.ts";
import { keys } from "./keys.ts";
import { withGzipDetection } from "./usecases/resources/gzip-detection.ts";

/** The ports of the use cases, with the adapters that are bound to them. */
export const resolvePorts = (from: DependencyContainer) => ({
  audit: get(from, keys.audit),
  auspice: get(from, keys.auspice),
  catalogue: get(from, keys.catalogue),
  clock: get(from, keys.clock),
  compression: get(from, keys.compression),
  contentCheck: get(from, keys.contentCheck),
  converter: get(from, keys.converter),
  frontMatter: get(from, keys.frontMatter),
  identityProvider: get(from, keys.identityProvider),
  registry: get(from, keys.sessionRegistry),
  limiters: get(from, keys.limiters),
  lock: get(from, keys.lock),
  log: get(from, keys.log),
  mailer: get(from, keys.mailer),
  marks: get(from, keys.marks),
  replayCache: get(from, keys.replayCache),
  random: get(from, keys.random),
  records: get(from, keys.records),
  resourceStore: withCachedUnicodeNames(
    withGzipDetection(get(from, keys.resourceStore)),
    get(from, keys.clock),
  ),
  sealer: get(from, keys.sealer),
  sessionStore: get(from, keys.sessionStore),
});

export type Ports = ReturnType<typeof resolvePorts>;
