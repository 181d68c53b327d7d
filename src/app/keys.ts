import type { IdentityProvider } from "../ports/driven/identity/identity-provider.ts";
import type { RoleGroupCatalogue } from "../ports/driven/identity/role-group-catalogue.ts";
import type { Mailer } from "../ports/driven/mail/mailer.ts";
import type { Records } from "../ports/driven/records/records.ts";
import type { AuspiceClient } from "../ports/driven/resources/auspice-client.ts";
import type { Compression } from "../ports/driven/resources/compression.ts";
import type { ContentCheck } from "../ports/driven/resources/content-check.ts";
import type { DatasetConverter } from "../ports/driven/resources/dataset-converter.ts";
import type { FrontMatter } from "../ports/driven/resources/front-matter.ts";
import type { ResourceStore } from "../ports/driven/resources/resource-store.ts";
import type { RenewalLock, WriteLock } from "../ports/driven/sessions/lock.ts";
import type { NotBeforeMarks } from "../ports/driven/sessions/not-before-marks.ts";
import type { ReplayCache } from "../ports/driven/sessions/replay-cache.ts";
import type { SessionRegistry } from "../ports/driven/sessions/session-registry.ts";
import type { SessionStore } from "../ports/driven/sessions/session-store.ts";
import type { TokenSealer } from "../ports/driven/sessions/token-sealer.ts";
import type { Audit } from "../ports/driven/system/audit.ts";
import type { Clock } from "../ports/driven/system/clock.ts";
import type { OpenLimiter } from "../ports/driven/system/limiter.ts";
import type { Log } from "../ports/driven/system/log.ts";
import type { Random } from "../ports/driven/system/random.ts";
import { key } from "./bindings.ts";

/** One key for each port; `adapters.ts` binds the adapters to them. */
export const keys = {
  audit: key<Audit>("audit"),
  auspice: key<AuspiceClient>("auspice"),
  catalogue: key<RoleGroupCatalogue>("catalogue"),
  clock: key<Clock>("clock"),
  compression: key<Compression>("compression"),
  contentCheck: key<ContentCheck>("content-check"),
  converter: key<DatasetConverter>("dataset-converter"),
  frontMatter: key<FrontMatter>("front-matter"),
  identityProvider: key<IdentityProvider>("identity-provider"),
  limiters: key<OpenLimiter>("limiters"),
  lock: key<RenewalLock>("renewal-lock"),
  log: key<Log>("log"),
  mailer: key<Mailer>("mailer"),
  marks: key<NotBeforeMarks>("not-before-marks"),
  random: key<Random>("random"),
  records: key<Records>("records"),
  resourceStore: key<ResourceStore>("resource-store"),
  sealer: key<TokenSealer>("token-sealer"),
  sessionRegistry: key<SessionRegistry>("session-registry"),
  sessionStore: key<SessionStore>("session-store"),
  writeLock: key<WriteLock>("write-lock"),
  replayCache: key<ReplayCache>("replay-cache"),
};
