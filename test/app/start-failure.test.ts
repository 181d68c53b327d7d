import { describe, expect, it } from "vitest";
import { BadConfiguration } from "../../src/app/configuration.ts";
import { CannotListen, startFailure } from "../../src/app/start-failure.ts";
import { NotConfigured, StoreDown } from "../../src/domain/failure.ts";

const systemError = (code: string) => Object.assign(new Error(`${code}: what Node says`), { code });
const listening = { host: "10.9.8.7", port: 5443, tls: true };

describe("a start that fails", () => {
  it("over the configuration says every fault on a line, with exit code 1", () => {
    const failure = startFailure(new BadConfiguration(["A is wrong.", "B is missing."]), undefined);
    expect(failure?.exitCode).toBe(1);
    expect(failure?.message.split("\n").slice(1)).toEqual(["  - A is wrong.", "  - B is missing."]);
  });

  it.each([
    ["EADDRINUSE", "5443"],
    ["EACCES", "5443"],
    ["EADDRNOTAVAIL", "10.9.8.7"],
    ["ENOTFOUND", "10.9.8.7"],
  ])("over a port (%s) names it, with exit code 2", (code, named) => {
    const failure = startFailure(new CannotListen("HTTPS_PORT", listening, systemError(code)), "/data");
    expect(failure?.exitCode).toBe(2);
    expect(failure?.message).toContain(named);
    expect(failure?.message).toMatch(/HTTPS_PORT|HOST/);
  });

  it.each(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"])(
    "over the data folder (%s) names it in one sentence, with exit code 1",
    (code) => {
      for (const error of [systemError(code), new StoreDown({ cause: systemError(code) })]) {
        const failure = startFailure(error, "/srv/groups");
        expect(failure?.exitCode).toBe(1);
        expect(failure?.message).toContain("/srv/groups");
        expect(failure?.message).not.toContain("what Node says");
        expect(failure?.message).not.toContain("\n");
      }
    },
  );

  it("over something the operator has not set up says what", () => {
    expect(startFailure(new NotConfigured("Set X."), undefined)).toEqual({ exitCode: 1, message: "Set X." });
  });

  it.each([
    new TypeError("x is not a function"),
    new Error("?"),
    systemError("EWHATEVER"),
    new CannotListen("PORT", listening, new Error("?")),
    "text",
    undefined,
  ])("over a mistake of our own keeps its stack: %s", (error) => {
    expect(startFailure(error, "/srv/groups")).toBeUndefined();
  });
});
