import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseEncryptionKeys } from "../../../src/adapters/aes-gcm/encryption-keys.ts";
import type { CommandContext } from "../../../src/app/commands/command.ts";
import { CommandFailed } from "../../../src/app/commands/command.ts";
import { dispatch } from "../../../src/app/commands/dispatch.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";

/** What a command prints, without any configuration. */
const printed = async (...args: string[]): Promise<string> => {
  let output = "";
  let drawn = 0;
  const context: CommandContext = {
    clock: manualClock(Date.parse("2026-03-09T23:30:00Z") / 1000),
    random: {
      fraction: () => 0,
      text: (bytes) =>
        createHash("sha512").update(String(drawn++)).digest().subarray(0, bytes).toString("base64url"),
    },
    print: (text) => {
      output += text;
    },
    warn: () => expect.unreachable("there is nothing to tell"),
    configure: () => Promise.reject(new Error("no configuration was to be read")),
  };
  await dispatch(args, context);
  return output;
};

const failure = async (...args: string[]): Promise<CommandFailed> => {
  const error = await printed(...args).catch((cause: unknown) => cause);
  if (!(error instanceof CommandFailed)) return expect.unreachable();
  return error;
};

const commands = ["make-secrets", "key-report", "sessions", "end-sessions", "memberships", "version"];

describe("help", () => {
  it.each(["help", "--help", "-h"])("lists the commands for %s", async (name) => {
    const output = await printed(name);
    expect(output).toContain("Usage: node server.js");
    for (const command of [...commands, "help", "--env-file <path>"])
      expect(output).toContain(`  ${command} `);
  });

  it.each(commands)("of %s says how it is typed, without running it", async (name) => {
    const output = await printed(name, "--help");
    expect(output).toContain(`Usage: node server.js ${name} `);
    expect(output).toContain("--env-file <path>");
    expect(await printed("help", name)).toBe(output);
    expect(await printed(name, "-h")).toBe(output);
  });

  it("of a command that there is not is the list, and has failed", async () => {
    expect(await failure("help", "nonsense")).toMatchObject({
      exitCode: 64,
      message: expect.stringContaining("  make-secrets "),
    });
  });

  it.each([
    ["sessions", "end"],
    ["memberships", "rebind"],
  ])("of %s %s says how it is typed", async (first, second) => {
    expect(await printed("help", first)).toContain(`  ${second} `);
    const output = await printed(first, second, "--help");
    expect(output).toContain(`Usage: node server.js ${first} ${second} `);
    expect(output).toContain("--env-file <path>");
  });

  it("says what a command takes", async () => {
    expect(await printed("sessions", "end", "--help")).toContain("  --memberships ");
    expect(await printed("memberships", "rebind", "--help")).toMatch(/--group <name>.*--username.*--yes/s);
    expect(await printed("end-sessions", "--help")).toMatch(/end-sessions \[options\] <username>\n/);
  });
});

describe("what is not typed as it should be", () => {
  it.each([["nonsense"], ["toString"], ["__proto__"], [""], ["--port"]])(
    "is refused with the list: %j",
    async (...args) => {
      const { exitCode, message } = await failure(...args);
      expect(exitCode).toBe(64);
      expect(message).toContain(`'${args.at(-1)}'`);
      for (const command of commands) expect(message).toContain(`  ${command} `);
    },
  );

  it("is told with the nearest command", async () => {
    expect((await failure("make-secret")).message).toContain("(Did you mean make-secrets?)");
    expect((await failure("end-session", "alice")).message).toContain("(Did you mean end-sessions?)");
    expect((await failure("nonsense")).message).not.toContain("Did you mean");
  });

  it.each([
    ["end-sessions"],
    ["end-sessions", "alice", "bob"],
    ["make-secrets", "now"],
    ["key-report", "all"],
    ["key-report", "--all"],
    ["sessions"],
    ["sessions", "begin"],
    ["sessions", "end"],
    ["memberships", "rebind", "all"],
  ])("is refused with how it is typed: %j %j %j", async (...args) => {
    const { exitCode, message } = await failure(...args);
    expect(exitCode).toBe(64);
    expect(message).toContain(`Usage: node server.js ${args[0]}`);
  });
});

describe("version", () => {
  it.each(["version", "--version"])("is what package.json says, for %s", async (name) => {
    const output = await printed(name);
    expect(output).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
    const manifest = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
    expect(output.trim()).toBe(JSON.parse(manifest).version);
  });

  it("takes no arguments", async () => {
    expect(await failure("--version", "now")).toMatchObject({ exitCode: 64 });
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
