import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../containers/command.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const codebase = fileURLToPath(new URL("../../../", import.meta.url));

/** A git repository of the program in its present state, including uncommitted changes. */
export interface ProgramRepository {
  readonly path: string;
  /** Commits a new version of the program without changes. */
  release(): Promise<void>;
  close(): Promise<void>;
}

export const programRepository = async (): Promise<ProgramRepository> => {
  const { path, remove } = await temporaryFolder();
  const git = (...args: string[]) =>
    run("git", ["--git-dir", join(path, ".git"), "--work-tree", codebase, ...args], { seconds: 60 });
  const author = ["-c", "user.name=Tests", "-c", "user.email=tests@example.org"];
  const commit = (...args: string[]) =>
    git(...author, "-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", ...args);
  await run("git", ["init", "--quiet", path], { seconds: 20 });
  await git("add", "--all");
  await commit("--message=The program");
  return {
    path,
    release: async () => void (await commit("--allow-empty", "--message=A new version")),
    close: remove,
  };
};
