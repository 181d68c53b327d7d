import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aptSettings, buildImage, debianWith } from "./debian-base.ts";

/**
 * Starts systemd with the container's control groups. Mounts have to be shared, as on a real machine: systemd mounts a
 * unit's credentials in another namespace, and without shared propagation the unit finds an empty folder.
 */
const boot = `#!/bin/sh
set -e
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --make-rshared /
exec /sbin/init
`;

/** A stub of npm without a registry, which installs the packages of the tests. */
const npm = `#!/bin/sh
set -e
[ "$*" = ci ]
cmp package-lock.json /srv/package-lock.json
ln -sfn /srv/node_modules node_modules
`;

/** Debian with systemd, git, curl, nginx and Node. */
export const buildMachine = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("systemd-sysv", "ca-certificates", "curl", "git", "nginx-light")}
COPY boot npm /usr/local/sbin/
RUN chmod +x /usr/local/sbin/* && git config --system safe.directory '*'
CMD ["unshare", "--cgroup", "boot"]
`;
  await buildImage(name, dockerfile, async (folder) => {
    await aptSettings(folder);
    await Promise.all([writeFile(join(folder, "boot"), boot), writeFile(join(folder, "npm"), npm)]);
  });
};
