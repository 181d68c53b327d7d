/** Whether an error has one of these codes, such as ENOENT (errno(3)). */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** Why the operating system refused an operation. "permanent": until an operator corrects it, as with permissions. */
export type DiskFault = "full" | "permanent" | "transient";

/** Classifies an error of the operating system. Undefined: it is another kind of error. */
export const diskFault = (error: unknown): DiskFault | undefined => {
  const isSystemError = error instanceof Error && "syscall" in error && "code" in error;
  if (!isSystemError || typeof error.code !== "string") return undefined;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return "full";
  return hasCode(error, "EROFS", "EACCES", "EPERM") ? "permanent" : "transient";
};
