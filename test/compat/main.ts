/**
 * `npm run compat` tests the server with services whose images take too long to build for each run of the tests, `npm
 * run compat garage` with those that are named. Each has a test file in this folder. Prints one dated line for each; the
 * exit code is 1 when one of them failed.
 */
import { fileURLToPath } from "node:url";
import { startVitest } from "vitest/node";

const folder = fileURLToPath(new URL("./", import.meta.url));
const named = process.argv.slice(2).map((name) => `${folder}${name}.test.ts`);
const vitest = await startVitest("test", named, { config: `${folder}vitest.config.ts`, run: true });

const today = new Date().toISOString().slice(0, 10);
for (const file of vitest.state.getTestModules()) {
  const tests = [...file.children.allTests()];
  const failed = tests.filter((test) => !test.ok()).map((test) => test.fullName);
  const name = file.moduleId.replace(folder, "").replace(".test.ts", "");
  const outcome = file.ok() ? "all passed" : `failed: ${failed.join("; ") || "before its tests"}`;
  process.stdout.write(`${today} ${name}: ${tests.length} tests, ${outcome}\n`);
}
await vitest.close();
