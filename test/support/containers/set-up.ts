import { printProgress } from "./command.ts";
import { ensureEngine } from "./engine.ts";
import type { ImageKind } from "./image.ts";
import { ensureImage } from "./image.ts";
import { beginRun, removeContainersOf, removeOrphans } from "./run-label.ts";

/**
 * testcontainers' reaper needs an image that cannot be built from packages; containers are removed by label instead.
 */
const disableReaper = () => {
  process.env.TESTCONTAINERS_RYUK_DISABLED = "true";
};

/**
 * Vitest's global set-up for tests that need services: prepares the engine and the images once, before any test.
 * Resolves to a function that removes all containers of this run.
 */
export const setUpContainers = async (images: readonly ImageKind[]): Promise<() => Promise<void>> => {
  disableReaper();
  await ensureEngine();
  const orphans = await removeOrphans();
  if (orphans > 0) printProgress(`removed ${orphans} containers of a run that was killed`);
  for (const image of images) await ensureImage(image);
  const run = beginRun();
  // Prints nothing, since the totals have to be the last line of a run.
  return async () => void (await removeContainersOf(run));
};

export const setup = (): Promise<() => Promise<void>> =>
  setUpContainers(["redis", "nginx", "apache", "exim", "minio", "versitygw", "radosgw", "machine"]);
