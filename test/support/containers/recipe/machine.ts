import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aptSettings, buildImage, debianWith } from "./debian-base.ts";

/**
 * What becomes systemd. Its control groups are the container's own. Mounts have to be shared, as they are on a
 * machine: systemd mounts a unit's credentials in another namespace, and without this they never arrive, so
 * that the unit finds an empty folder that root alone may read.
 */
const boot = `#!/bin/sh
set -e
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --make-rshared /
exec /sbin/init
`;

/** Stands in for npm, which needs a registry: what it would install is what the tests themselves run with. */
const npm = `#!/bin/sh
set -e
[ "$*" = ci ]
cmp package-lock.json /srv/package-lock.json
ln -sfn /srv/node_modules node_modules
`;

/** Debian as an administrator has it who has installed git, curl, nginx and Node. */
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
