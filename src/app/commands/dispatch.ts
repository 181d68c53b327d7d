import { Command, CommanderError } from "commander";
import type { CommandContext, Run } from "./command.ts";
import { CommandFailed } from "./command.ts";

/** EX_USAGE of sysexits(3); 1 and 2 are the codes of a server that cannot start. */
const badUsage = 64;

const afterHelp = `
Options of every command:
  --env-file <path>        takes settings from a file as well; may be given several times

A command works on what the server with the same settings works on. See docs/deployment.md.
`;

/** A command's file is imported only when it is asked for. */
const addCommands = (program: Command, context: CommandContext): void => {
  const runs =
    (load: () => Promise<Run>) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      await (await load())(command.args, context, command.opts());
    };
  program
    .command("make-secrets")
    .description("Prints a fresh SESSION_SECRET and a fresh SESSION_ENCRYPTION_KEYS.")
    .action(runs(async () => (await import("./make-secrets.ts")).makeSecrets));
  program
    .command("key-report")
    .description("Counts the sessions under each encryption key, and says which old keys may be dropped.")
    .action(runs(async () => (await import("./key-report.ts")).printKeyReport));
  const endSessions = (command: Command) =>
    command
      .argument("<username>", "the value of the username claim, letter for letter")
      .option(
        "--memberships",
        "ends the roles that were given to that person here, and the invitations made by them, as well",
      )
      .action(runs(async () => (await import("./end-sessions.ts")).endSessionsOf));
  const sessions = program.command("sessions").description("Sessions: see help sessions.");
  endSessions(sessions.command("end")).description(
    "Ends every session of one person, and says what else that person holds here.",
  );
  endSessions(program.command("end-sessions")).description("The same as sessions end.");
  program
    .command("memberships")
    .description("Roles that owners have given here: see help memberships.")
    .command("rebind")
    .description("Gives what belonged to people of a former identity provider to those of the present one.")
    .option("--group <name>", "in this group only")
    .option("--username <name...>", "of these usernames only")
    .option("--yes", "does it; without, it only says what it would do")
    .action(runs(async () => (await import("./rebind-memberships.ts")).rebind));
  program
    .command("version")
    .description("Prints the version of this server; so does --version.")
    .action(runs(async () => (await import("./version.ts")).printVersion));
};

/** Runs the command that the arguments name. @throws CommandFailed, and what the command throws */
export const dispatch = async (args: readonly string[], context: CommandContext): Promise<void> => {
  let errorOutput = "";
  const program = new Command("node server.js")
    .description("Without a command: starts the server.")
    .helpCommand("help [command]", "Prints this, or what a command is for.")
    .helpOption("-h, --help", "Prints this.")
    .addHelpText("afterAll", afterHelp)
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: context.print,
      writeErr: (text) => {
        errorOutput += text;
      },
    });
  addCommands(program, context);
  try {
    const [first, ...others] = args;
    const commandLine = first === "--version" ? ["version", ...others] : args;
    await program.parseAsync(commandLine, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander also throws after it has printed help.
    if (error.exitCode !== 0) throw new CommandFailed(errorOutput.trimEnd(), badUsage, { cause: error });
  }
};
