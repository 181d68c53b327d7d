import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));

/** Written by each process that begins: its id, and the options that Node was given. */
const witness = 'console.error("begun", process.pid, process.execArgv.join(" "))';

const begun = (options: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly pid: string; readonly options: string }[]>((resolve) => {
    const arguments_ = [
      ...options,
      "--import",
      `data:text/javascript,${witness}`,
      program,
      "no-such-command",
    ];
    execFile(
      process.execPath,
      arguments_,
      { env: { ...process.env, ...environment } },
      (_error, _out, text) => {
        const found = text.matchAll(/^begun (\d+) (.*)$/gm);
        resolve(Array.from(found, ([, pid = "", given = ""]) => ({ pid, options: given })));
      },
    );
  });

describe("the server", () => {
  it("begins anew as the same process, with bounds on V8's memory and the options that it was given", async () => {
    const [first, second, ...more] = await begun(["--no-deprecation"]);
    expect(first?.options).not.toContain("semi-space");
    expect(second?.options).toMatch(/--max-semi-space-size=4 .*--no-deprecation/);
    expect(second?.pid).toBe(first?.pid);
    expect(more).toEqual([]);
  });

  it.each([
    ["an option", ["--max-semi-space-size=16"], {}],
    ["NODE_OPTIONS", [], { NODE_OPTIONS: "--max-semi-space-size=16" }],
  ])("leaves the bounds alone that the operator sets by %s", async (_, options, environment) => {
    expect(await begun(options, environment)).toHaveLength(1);
  });
});
