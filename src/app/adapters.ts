import { join } from "node:path";
import type { DependencyContainer } from "tsyringe";
import type { Seconds } from "../domain/brand.ts";
import type { AuspiceClient } from "../ports/driven/auspice-client.ts";
import type { Clock } from "../ports/driven/clock.ts";
import type { Log } from "../ports/driven/log.ts";
import type { Random } from "../ports/driven/random.ts";
import { bind } from "./bindings.ts";
import { cachedMarks } from "./cached-marks.ts";
import type { Closers } from "./closers.ts";
import type { Configuration } from "./configuration.ts";
import { keys } from "./keys.ts";
import type { Secrets } from "./secrets.ts";

export interface AdapterParts {
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly closers: Closers;
}

/** A mark must outlive every token issued before it, and every session that might hold one. */
const marksOutlive: Seconds = 86_400;

/**
 * Chooses the adapter behind each port. Each is imported only where it is chosen, so that starting stays
 * quick; to swap a backend is to configure another one here.
 */
export const bindAdapters = async (to: DependencyContainer, parts: AdapterParts): Promise<void> => {
  const { configuration, clock, random, log } = parts;
  bind(to, keys.clock, () => clock);
  bind(to, keys.random, () => random);
  bind(to, keys.log, () => log);
  bind(to, keys.catalogue, () => configuration.catalogue);
  await Promise.all([bindStores(to, parts), bindContent(to, parts), bindSealer(to, parts), bindAuspice(to)]);
};

const bindStores = async (to: DependencyContainer, parts: AdapterParts): Promise<void> => {
  const { configuration, clock, log, closers } = parts;
  const { DATA_DIR: folder, SESSION_MAX_AGE: maxAge } = configuration.settings;
  const [{ filesystemSessionStore }, { filesystemStalenessMarks }, { filesystemRenewalLock }, resources] =
    await Promise.all([
      import("../adapters/filesystem/session-store.ts"),
      import("../adapters/filesystem/staleness-marks.ts"),
      import("../adapters/filesystem/renewal-lock.ts"),
      import("../adapters/filesystem/resource-store.ts"),
    ]);
  const at = (name: string) => ({ folder: join(folder, name), clock, log });
  const sessionStore = closers.add(filesystemSessionStore(at("sessions")));
  const marks = closers.add(filesystemStalenessMarks({ ...at("marks"), lifetime: maxAge + marksOutlive }));
  const lock = closers.add(filesystemRenewalLock(at("locks")));
  const resourceStore = closers.add(resources.filesystemResourceStore(at("objects")));
  bind(to, keys.sessionStore, () => sessionStore);
  bind(to, keys.marks, () => cachedMarks(marks, clock));
  bind(to, keys.lock, () => lock);
  bind(to, keys.resourceStore, () => resourceStore);
};

const bindContent = async (to: DependencyContainer, { configuration }: AdapterParts): Promise<void> => {
  const [{ contentCheck }, { compression }, { frontMatter }, { noDirectory }] = await Promise.all([
    import("../adapters/content/content-check.ts"),
    import("../adapters/content/compression.ts"),
    import("../adapters/content/front-matter.ts"),
    import("../adapters/no-directory/directory.ts"),
  ]);
  const { MAX_UPLOAD_BYTES: maxUploadBytes } = configuration.settings;
  bind(to, keys.contentCheck, () => contentCheck({ maxUploadBytes }));
  bind(to, keys.compression, () => compression());
  bind(to, keys.frontMatter, () => frontMatter());
  bind(to, keys.directory, () => noDirectory());
};

const bindSealer = async (to: DependencyContainer, { secrets }: AdapterParts): Promise<void> => {
  const { tokenSealer } = await import("../adapters/aes-gcm/token-sealer.ts");
  bind(to, keys.sealer, () => tokenSealer(secrets.encryptionKeys));
};

const bindAuspice = async (to: DependencyContainer): Promise<void> => {
  const [{ findInstallation }, { openAssets }, { contentSecurityPolicy }, { datasetConverter }] =
    await Promise.all([
      import("../adapters/auspice/installation.ts"),
      import("../adapters/auspice/assets.ts"),
      import("../adapters/auspice/content-security-policy.ts"),
      import("../adapters/auspice/dataset-converter.ts"),
    ]);
  const installation = findInstallation();
  const client: AuspiceClient = { ...(await openAssets(installation)), contentSecurityPolicy };
  bind(to, keys.auspice, () => client);
  bind(to, keys.converter, () => datasetConverter(installation));
};
