import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openProviderKeys } from "../../../src/adapters/embedded-provider/provider-keys.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "provider-keys-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the embedded provider's keys", () => {
  it("are the same after a restart", async () => {
    const generated = await openProviderKeys(folder);
    expect(generated.jwks.keys).toMatchObject([{ kty: "RSA", alg: "RS256" }]);
    expect(await openProviderKeys(folder)).toEqual(generated);
  });

  it.each([
    ["signing-keys.json", "{"],
    ["signing-keys.json", "null"],
    ["signing-keys.json", '{"keys":[]}'],
    ["signing-keys.json", '{"keys":[{}]}'],
    ["cookie-keys.json", "[]"],
    ["cookie-keys.json", '[""]'],
    ["cookie-keys.json", "{}"],
  ])("name their file %s when it holds %s", async (name, text) => {
    await openProviderKeys(folder);
    await writeFile(join(folder, name), text);
    await expect(openProviderKeys(folder)).rejects.toThrow(`${name} is damaged`);
  });
});
