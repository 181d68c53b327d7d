import { accessSync, constants } from "node:fs";

/** Whether this process may read what is at the path. */
export const isReadable = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
};
