import { describe, expect, it } from "vitest";
import { checkInfo } from "../../../src/adapters/redis/server-check.ts";
import { NotConfigured } from "../../../src/domain/failure.ts";

const info = (version: string, policy: string) =>
  `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n# Memory\r\nmaxmemory_policy:${policy}\r\nmaxmemory:0\r\n`;

describe("the check of the Redis server", () => {
  it.each(["6.0.0", "7.0.15", "10.2.1"])("accepts version %s", (version) => {
    expect(() => checkInfo(info(version, "volatile-ttl"))).not.toThrow();
  });

  it("rejects versions before 6", () => {
    expect(() => checkInfo(info("5.0.14", "volatile-ttl"))).toThrow(NotConfigured);
  });

  it.each(["noeviction", "allkeys-lru", "volatile-lru"])(
    "rejects the policy %s and names the required one",
    (policy) => {
      expect(() => checkInfo(info("7.0.15", policy))).toThrow(/volatile-ttl/);
    },
  );

  it("rejects a reply without these fields", () => {
    expect(() => checkInfo("")).toThrow(NotConfigured);
  });
});
