/** Runs some work as an unprivileged user, since file permissions do not apply to root. */
export const withoutPrivileges = async <T>(work: () => Promise<T>): Promise<T> => {
  const { geteuid, seteuid } = process;
  if (geteuid === undefined || seteuid === undefined || geteuid() !== 0) return work();
  const nobody = 65_534;
  seteuid(nobody);
  try {
    return await work();
  } finally {
    seteuid(0);
  }
};
