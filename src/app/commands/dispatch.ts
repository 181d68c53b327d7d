import type { Command, Surroundings } from "./command.ts";
import { CommandFailed } from "./command.ts";

const commands: Readonly<Record<string, Command>> = {
  "make-secrets": {
    usage: "make-secrets",
    says: "Prints a fresh SESSION_SECRET and a fresh SESSION_ENCRYPTION_KEYS.",
    load: async () => (await import("./make-secrets.ts")).makeSecrets,
  },
  "key-report": {
    usage: "key-report",
    says: "Counts the sessions under each encryption key, and says which old keys may be dropped.",
    load: async () => (await import("./key-report.ts")).printKeyReport,
  },
  "end-sessions": {
    usage: "end-sessions <username>",
    says: "Ends every session of one person: all their browsers have to log in again.",
    load: async () => (await import("./end-sessions.ts")).endSessionsOf,
  },
};

/** EX_USAGE of sysexits(3); 1 and 2 say why the server does not start. */
const badUsage = 64;

const listing = (): string => {
  const lines = [
    ["", "Starts the server."],
    ...Object.values(commands).map(({ usage, says }) => [usage, says]),
    ["help", "Prints this."],
  ].map(([usage = "", says = ""]) => `  node server.js ${usage.padEnd(24)}  ${says}`);
  return [
    "Usage:",
    ...lines,
    "",
    "Settings come from the environment, and from files of it: --env-file <path>, once or several times.",
    "A command works on what the server with the same settings works on. See docs/deployment.md.",
    "",
  ].join("\n");
};

/** Does what the first argument says. @throws CommandFailed, and what the command throws */
export const dispatch = async (
  [name = "help", ...args]: readonly string[],
  surroundings: Surroundings,
): Promise<void> => {
  if (["help", "--help", "-h"].includes(name)) return surroundings.print(`${listing()}\n`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command)
    throw new CommandFailed(`There is no command ${JSON.stringify(name)}.\n\n${listing()}`, badUsage);
  const expected = command.usage.split(" ").length - 1;
  if (args.length !== expected) throw new CommandFailed(`Type: node server.js ${command.usage}`, badUsage);
  await (await command.load())(args, surroundings);
};
