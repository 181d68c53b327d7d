import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printProgress, run, succeeds } from "../command.ts";

/** The host's release, whose mirror is used too, so that images can be built where its packages are available. */
const release = async (): Promise<string> => {
  const found = /^VERSION_CODENAME=(\w+)/m.exec(await readFile("/etc/os-release", "utf8"))?.[1];
  if (found === undefined) throw new Error("/etc/os-release does not name this Debian's release.");
  return found;
};

const mirror = async (codename: string): Promise<string> => {
  const format = ["--format", "$(SITE) $(RELEASE) $(COMPONENT)", "Created-By: Packages"];
  const lines = (await run("apt-get", ["indextargets", ...format], { seconds: 60 })).split("\n");
  const found = lines
    .map((line) => line.split(" "))
    .find((words) => words[1] === codename && words[2] === "main");
  if (found?.[0] === undefined) throw new Error(`apt's sources name no mirror of Debian ${codename}.`);
  return found[0];
};

/** Java's package requires the folder for manual pages, which the minimal variant lacks. */
const aptInstall = (packages: readonly string[]) =>
  `mkdir -p /usr/share/man/man1 && apt-get update -q && apt-get install -qy --no-install-recommends ${packages.join(" ")} && rm -rf /var/lib/apt/lists/*`;

/** Builds an image from a Dockerfile and the files beside it. */
export const buildImage = async (
  name: string,
  dockerfile: string,
  fill: (folder: string) => Promise<void> = async () => {},
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "image-"));
  try {
    await fill(folder);
    await writeFile(join(folder, "Dockerfile"), dockerfile);
    // With a bridge network, a name server that only the host can reach is not available.
    await run("docker", ["build", "--quiet", "--force-rm", "--network", "host", "--tag", name, folder], {
      seconds: 900,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const ensureDebootstrap = async () => {
  if (await succeeds("debootstrap", ["--version"])) return;
  printProgress("installing Debian's package debootstrap");
  await run("apt-get", ["update"], { seconds: 300 });
  await run("apt-get", ["install", "-y", "--no-install-recommends", "debootstrap"], {
    seconds: 300,
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
};

const bootstrap = async (name: string, codename: string) => {
  await ensureDebootstrap();
  const folder = await mkdtemp(join(tmpdir(), "debian-"));
  try {
    const site = await mirror(codename);
    await run("debootstrap", ["--variant=minbase", codename, join(folder, "root"), site], { seconds: 900 });
    const archive = join(folder, "root.tar");
    await run(
      "tar",
      [
        "--numeric-owner",
        "--exclude=./var/cache/apt/archives/*.deb",
        "-C",
        join(folder, "root"),
        "-cf",
        archive,
        ".",
      ],
      { seconds: 120 },
    );
    await run("docker", ["import", archive, name], { seconds: 120 });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The name of an image of the host's Debian release with its minimal packages, which is built once. */
const ensureBase = async (): Promise<string> => {
  const codename = await release();
  const name = `nextstrain-groups-server-test-base:${codename}`;
  if (await succeeds("docker", ["image", "inspect", name])) return name;
  printProgress(`building ${name}`);
  await bootstrap(name, codename);
  return name;
};

/** apt's proxy settings of the host; its other settings do not apply in the image. */
const aptProxies = async (): Promise<string> => {
  const lines = await run(
    "apt-config",
    ["dump", "--format", '%f "%v";%n', "Acquire::http::Proxy", "Acquire::https::Proxy"],
    {
      seconds: 20,
    },
  );
  return lines;
};

/** The first lines of a Dockerfile: the base image with these packages. Requires {@link aptSettings}. */
export const debianWith = async (...packages: string[]): Promise<string> =>
  [
    `FROM ${await ensureBase()}`,
    "COPY apt.conf /etc/apt/apt.conf.d/99host",
    `RUN export DEBIAN_FRONTEND=noninteractive; ${aptInstall(packages)}`,
    "",
  ].join("\n");

/** The file that {@link debianWith} copies. */
export const aptSettings = async (folder: string): Promise<void> => {
  await writeFile(join(folder, "apt.conf"), await aptProxies());
};
