import { describe, expect, it } from "vitest";
import { describeAddress, parseAddress } from "../../../src/adapters/redis/address.ts";
import { NotConfigured } from "../../../src/domain/failure.ts";

describe("the address of Redis", () => {
  it("takes a rediss: address as it stands", () => {
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
  ])("finds the TLS port of %s", (url, port) => {
    expect(parseAddress(url).port).toBe(port);
  });

  it("decodes what has to be encoded in a password", () => {
    expect(parseAddress("rediss://:p%40ss%2Fword@h").password).toBe("p@ss/word");
  });

  it("does without user and password", () => {
    expect(parseAddress("rediss://h/")).toMatchObject({
      username: undefined,
      password: undefined,
      database: 0,
    });
  });

  it("takes the brackets off an IPv6 address", () => {
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
  ])("refuses %j without repeating it", (url) => {
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

  it("is described without its password", () => {
    expect(describeAddress(parseAddress("redis://me:secret@h:1"))).toBe("rediss://h:2/0");
  });
});
