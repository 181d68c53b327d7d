import type { AuspiceClient } from "../ports/driven/auspice-client.ts";
import type { Clock } from "../ports/driven/clock.ts";
import type { Compression } from "../ports/driven/compression.ts";
import type { ContentCheck } from "../ports/driven/content-check.ts";
import type { DatasetConverter } from "../ports/driven/dataset-converter.ts";
import type { Directory } from "../ports/driven/directory.ts";
import type { FrontMatter } from "../ports/driven/front-matter.ts";
import type { IdentityProvider } from "../ports/driven/identity-provider.ts";
import type { RenewalLock, WriteLock } from "../ports/driven/lock.ts";
import type { Log } from "../ports/driven/log.ts";
import type { Random } from "../ports/driven/random.ts";
import type { ResourceStore } from "../ports/driven/resource-store.ts";
import type { RoleGroupCatalogue } from "../ports/driven/role-group-catalogue.ts";
import type { SessionIndex } from "../ports/driven/session-index.ts";
import type { SessionStore } from "../ports/driven/session-store.ts";
import type { StalenessMarks } from "../ports/driven/staleness-marks.ts";
import type { TokenSealer } from "../ports/driven/token-sealer.ts";
import type { UsedNotices } from "../ports/driven/used-notices.ts";
import { key } from "./bindings.ts";

/** One for each port; the adapters behind them are chosen in `adapters.ts`, and only there. */
export const keys = {
  auspice: key<AuspiceClient>("auspice"),
  catalogue: key<RoleGroupCatalogue>("catalogue"),
  clock: key<Clock>("clock"),
  compression: key<Compression>("compression"),
  contentCheck: key<ContentCheck>("content-check"),
  converter: key<DatasetConverter>("dataset-converter"),
  directory: key<Directory>("directory"),
  frontMatter: key<FrontMatter>("front-matter"),
  identityProvider: key<IdentityProvider>("identity-provider"),
  lock: key<RenewalLock>("renewal-lock"),
  log: key<Log>("log"),
  marks: key<StalenessMarks>("staleness-marks"),
  random: key<Random>("random"),
  resourceStore: key<ResourceStore>("resource-store"),
  sealer: key<TokenSealer>("token-sealer"),
  sessionIndex: key<SessionIndex>("session-index"),
  sessionStore: key<SessionStore>("session-store"),
  writeLock: key<WriteLock>("write-lock"),
  usedNotices: key<UsedNotices>("used-notices"),
};
