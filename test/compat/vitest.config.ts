import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("../../", import.meta.url)),
    include: ["test/compat/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 3_600_000,
    globalSetup: ["test/compat/set-up.ts"],
  },
});
