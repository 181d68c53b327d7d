import { readdir, readlink } from "node:fs/promises";

/** The targets of this process's file descriptors: paths of files, and sockets as `socket:[<inode>]` (proc(5)). */
export const openTargets = async (): Promise<string[]> => {
  const names = await readdir("/proc/self/fd");
  return Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")));
};
