import { existsSync } from "node:fs";
import { run } from "./containers/command.ts";

/** Whether packages can be installed here: as root on Debian. */
export const canInstallPackages = (): boolean =>
  process.getuid?.() === 0 && existsSync("/etc/debian_version");

/** Installs packages of Debian's, in their newest version. */
export const installPackages = async (...names: readonly string[]): Promise<void> => {
  const options = { seconds: 600, env: { DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["-y", "update"], options);
  await run("apt-get", ["-y", "--no-install-recommends", "install", ...names], options);
};
