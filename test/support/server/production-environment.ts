/** The settings that production requires, with stores on this machine's disk. */
export const production = {
  NODE_ENV: "production",
  CONFIG_FILE: "",
  GROUPS_STORAGE: "filesystem",
  REDIS_REQUIRED: "false",
  SESSION_SECRET: "a-secret-of-the-tests-of-32-characters-or-more",
  SESSION_ENCRYPTION_KEYS: `first=${Buffer.alloc(32, 7).toString("base64url")}`,
};
