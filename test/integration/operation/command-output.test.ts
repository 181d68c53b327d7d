import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../../../server.js", import.meta.url));
const terminal = promisify(execFile);

/** Standard error, and the exit code of the program, not of what it is piped to. */
const typed = async (redirection: string): Promise<string> => {
  const command = `'${process.execPath}' '${program}' make-secrets ${redirection}`;
  const { stderr } = await terminal("bash", ["-c", `${command}; echo "exit code \${PIPESTATUS[0]}" >&2`]);
  return stderr;
};

test("a command whose output nobody reads any more ends quietly", async () => {
  expect(await typed("| true")).toBe("exit code 0\n");
});

test("a command whose output cannot be written says so in a sentence, and has failed", async () => {
  expect(await typed(">/dev/full")).toBe("The output cannot be written (ENOSPC).\nexit code 1\n");
});

test("a command that cannot even say what is wrong ends all the same", async () => {
  expect(await typed("surplus 2>/dev/full")).toBe("exit code 64\n");
});
