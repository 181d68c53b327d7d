import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseEncryptionKeys } from "../../../src/adapters/aes-gcm/encryption-keys.ts";
import type { Surroundings } from "../../../src/app/commands/command.ts";
import { CommandFailed } from "../../../src/app/commands/command.ts";
import { dispatch } from "../../../src/app/commands/dispatch.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";

/** What a command prints, without any configuration. */
const printed = async (...args: string[]): Promise<string> => {
  let output = "";
  let drawn = 0;
  const surroundings: Surroundings = {
    clock: manualClock(Date.parse("2026-03-09T23:30:00Z") / 1000),
    random: {
      fraction: () => 0,
      text: (bytes) =>
        createHash("sha512").update(String(drawn++)).digest().subarray(0, bytes).toString("base64url"),
    },
    print: (text) => {
      output += text;
    },
    tell: () => expect.unreachable("there is nothing to tell"),
    configure: () => Promise.reject(new Error("no configuration was to be read")),
  };
  await dispatch(args, surroundings);
  return output;
};

describe("the program's first argument", () => {
  it.each(["help", "--help", "-h"])("lists the commands for %s", async (name) => {
    const output = await printed(name);
    for (const usage of ["make-secrets", "key-report", "end-sessions <username>", "help"]) {
      expect(output).toContain(`node server.js ${usage}`);
    }
  });

  it.each(["nonsense", "toString", "__proto__", "", "--port"])("refuses %j with the list", async (name) => {
    const error = await printed(name).catch((cause: unknown) => cause);
    if (!(error instanceof CommandFailed)) return expect.unreachable();
    expect(error.exitCode).toBe(64);
    expect(error.message).toContain(JSON.stringify(name));
    expect(error.message).toContain("node server.js make-secrets");
  });

  it.each([
    ["end-sessions"],
    ["end-sessions", "alice", "bob"],
    ["make-secrets", "now"],
    ["key-report", "all"],
  ])("refuses %s with another number of arguments than it takes", async (...args) => {
    const error = await printed(...args).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CommandFailed);
    expect((error as CommandFailed).message).toContain(`node server.js ${args[0]}`);
  });
});

describe("make-secrets", () => {
  it("prints two lines of an environment file, with a key that is named by the day", async () => {
    const lines = (await printed("make-secrets")).split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^SESSION_SECRET=[A-Za-z0-9_-]{43}$/),
      expect.stringMatching(/^SESSION_ENCRYPTION_KEYS=2026-03-09=[A-Za-z0-9_-]{43}$/),
      "",
    ]);
    expect(lines[0]?.slice(-43)).not.toBe(lines[1]?.slice(-43));
  });

  it("makes a key that the server takes", async () => {
    const line = (await printed("make-secrets")).split("\n")[1] ?? "";
    expect(parseEncryptionKeys(line.slice("SESSION_ENCRYPTION_KEYS=".length))).toEqual({
      keys: [{ name: "2026-03-09", bytes: expect.objectContaining({ length: 32 }) }],
    });
  });
});
