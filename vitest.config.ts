import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], more: object = {}) => ({
  test: { name, include, ...more },
});

/** Contracts that talk to a listening provider, and take longer than the quick ones may. */
const listening = [
  "test/contract/identity-provider/identity-provider.test.ts",
  "test/adapters/oidc/**/*.test.ts",
];

/** What starts threads or processes, measures memory or time, or tries thousands of inputs takes seconds of its own. */
const slow = [
  "test/adapters/content/front-matter/*.test.ts",
  "test/adapters/content/json/json-check.test.ts",
  "test/adapters/embedded-provider/**/*.test.ts",
  "test/adapters/filesystem/**/*.test.ts",
  "test/adapters/http/groups/overview/overview.test.ts",
  "test/adapters/http/streaming/*.test.ts",
  "test/adapters/local-ca/local-ca.test.ts",
  "test/adapters/shared/*.test.ts",
  "test/app/hostile-content.properties.test.ts",
  "test/app/runtime/reexec.test.ts",
  "test/app/sample/outbreak.test.ts",
  "test/contract/{records,resources,sessions}/*.test.ts",
];

export default defineConfig({
  test: {
    projects: [
      // Files share a process: a new one for each would take longer than their tests.
      project("unit", ["test/{architecture,domain,app,adapters,contract}/**/*.test.ts"], {
        isolate: false,
        exclude: [...listening, ...slow],
      }),
      project("unit-slow", slow, { isolate: false, testTimeout: 20_000, hookTimeout: 20_000 }),
      project("http", ["test/http/**/*.test.ts", ...listening], { testTimeout: 20_000, hookTimeout: 20_000 }),
      project("http-production-stores", ["test/http/**/*.test.ts"], {
        testTimeout: 30_000,
        hookTimeout: 60_000,
        exclude: ["test/http/filesystem/**"],
        globalSetup: ["test/support/stores/set-up-services.ts"],
      }),
      project("cli", ["test/integration/cli/**/*.test.ts"], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        globalSetup: [
          "test/support/cli/nextstrain-cli.ts",
          "test/support/containers/providers/set-up-keycloak.ts",
        ],
      }),
      project("integration", ["test/integration/**/*.test.ts"], {
        exclude: ["test/integration/cli/**/*.test.ts"],
        testTimeout: 120_000,
        hookTimeout: 600_000,
        globalSetup: ["test/support/containers/set-up.ts"],
      }),
      project("browser", ["test/browser/**/*.test.ts"], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        globalSetup: ["test/support/browser/firefox.ts"],
      }),
    ],
    // Of what needs nothing but itself; `npm run coverage` measures it in the unit project, which covers it alone.
    coverage: {
      include: ["src/domain/**/*.ts", "src/ports/**/*.ts", "src/app/usecases/**/*.ts"],
      reporter: ["text"],
      reportsDirectory: "test/.cache/coverage",
      thresholds: {
        "src/domain/**": { branches: 98 },
        "src/ports/**": { branches: 98 },
        "src/app/usecases/**": { branches: 98 },
      },
    },
    // The line that says how it went, whoever reads it; see the file.
    reporters: ["default", "./test/support/plain-totals.ts"],
  },
});
