import { defineConfig } from "vitest/config";

/** The tests that can tell a mutant of the domain or of a use case; see `stryker.config.json`. */
export default defineConfig({
  test: { include: ["test/{domain,app/usecases}/**/*.test.ts"], isolate: false },
});
