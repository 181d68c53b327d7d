export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);

/** What the operating system refuses; "lasting": it stays so until somebody mends it. */
export type DiskFault = "full" | "lasting" | "passing";

/** Undefined: the error is none of the operating system's. */
export const diskFault = (error: unknown): DiskFault | undefined => {
  const isSystemError = error instanceof Error && "syscall" in error && "code" in error;
  if (!isSystemError || typeof error.code !== "string") return undefined;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return "full";
  return hasCode(error, "EROFS", "EACCES", "EPERM") ? "lasting" : "passing";
};
