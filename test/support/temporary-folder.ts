import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new, empty folder; `remove` deletes it with its content. */
export const temporaryFolder = async (): Promise<{ path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), "nextstrain-test-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};
