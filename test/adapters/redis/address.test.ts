import { describe, expect, it } from "vitest";
import { describeAddress, parseAddress } from "../../../src/adapters/redis/address.ts";
import { NotConfigured } from "../../../src/domain/failure.ts";

describe("REDIS_URL", () => {
  it("is parsed into host, port, credentials and database", () => {
    expect(parseAddress("rediss://u:pass@db.example.org:7000/3")).toEqual({
      host: "db.example.org",
      port: 7000,
      username: "u",
      password: "pass",
      database: 3,
    });
  });

  it.each([
    ["rediss://u:p@h", 6379],
    ["redis://u:p@h", 6380],
    ["redis://u:p@h:7000", 7001],
    ["rediss://u:p@h:7000", 7000],
  ])("of %s has the TLS port %i", (url, port) => {
    expect(parseAddress(url).port).toBe(port);
  });

  it("has a percent-encoded password", () => {
    expect(parseAddress("rediss://:p%40ss%2Fword@h").password).toBe("p@ss/word");
  });

  it("needs no user name and no password", () => {
    expect(parseAddress("rediss://h/")).toMatchObject({
      username: undefined,
      password: undefined,
      database: 0,
    });
  });

  it("may have an IPv6 address, whose brackets are removed", () => {
    expect(parseAddress("rediss://u:p@[::1]:7000").host).toBe("::1");
  });

  it.each([
    "",
    "localhost:6379",
    "http://h",
    "rediss://",
    "rediss://u:secret@h/x",
    "rediss://u:secret@h:x",
    "rediss://u:%zz@h",
  ])("is rejected when it is %j, without being repeated", (url) => {
    const error = (() => {
      try {
        return parseAddress(url);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(NotConfigured);
    expect(String(error)).not.toContain("secret");
    expect(String(error)).not.toContain("zz");
  });

  it("is logged without its credentials", () => {
    expect(describeAddress(parseAddress("redis://me:secret@h:1"))).toBe("rediss://h:2/0");
  });
});
