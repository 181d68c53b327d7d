import { afterAll } from "vitest";
import { contentCheck } from "../../../src/adapters/content/content-check.ts";
import { openFrontMatter } from "../../../src/adapters/content/front-matter/front-matter.ts";
import type { Harness } from "./content-check.contract.ts";
import { contentCheckContract } from "./content-check.contract.ts";

const maxUploadBytes = 6_000_000;
const frontMatter = openFrontMatter();
afterAll(() => frontMatter.close());

const content = async (): Promise<Harness> => ({
  check: contentCheck({ maxUploadBytes, frontMatter }),
  maxUploadBytes,
});

for (const [adapter, open] of Object.entries({ content })) contentCheckContract(adapter, open);
