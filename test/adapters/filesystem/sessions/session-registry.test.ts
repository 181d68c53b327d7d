import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesystemSessionRegistry } from "../../../../src/adapters/filesystem/sessions/session-registry.ts";
import type { Username } from "../../../../src/domain/identity/user.ts";
import type { SessionId } from "../../../../src/domain/sessions/session.ts";
import { byUsername } from "../../../../src/domain/sessions/session-owner.ts";
import { manualClock } from "../../../support/measuring/manual-clock.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const id = "Abcdefghijklmnopqrstuvwxyz012345" as SessionId;
const owner = byUsername("alice" as Username);

it.each([
  ["invalid JSON", "["],
  ["no array", "{}"],
  ["an invalid id", '[["short",9999999999999]]'],
  ["an array instead of an id", `[[["${id}"],9999999999999]]`],
  ["an expiry that is no number", `[["${id}","9999999999999"]]`],
])("a list of sessions with %s counts as empty, is logged, and can be replaced", async (_, text) => {
  const [folder, log] = [await temporaryFolder(), recordingLog()];
  const registry = filesystemSessionRegistry({ folder: folder.path, clock: manualClock(), log });
  try {
    await registry.add(owner, id, 100);
    const names = await readdir(folder.path, { recursive: true });
    const [data = ""] = names.filter((name) => /(^|\/)d\.[0-9a-f]+$/.test(name));
    await writeFile(join(folder.path, data), text);
    expect(await registry.list(owner)).toEqual([]);
    expect(log.events).toMatchObject([{ event: "background" }]);
    await registry.add(owner, id, 100);
    expect(await registry.list(owner)).toEqual([id]);
  } finally {
    await registry.close();
    await folder.remove();
  }
});
