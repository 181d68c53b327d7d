import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BadConfiguration } from "../../../src/app/config/configuration.ts";
import { CannotListen, startFailure } from "../../../src/app/runtime/start-failure.ts";
import { NotConfigured, StoreDown } from "../../../src/domain/failure.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const systemError = (code: string, about: { path?: string; syscall?: string } = {}) =>
  Object.assign(new Error(`${code}: what Node says`), { code, ...about });
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

  it.each([
    [443, "above 1023"],
    [5443, "another port"],
  ])("over rights to port %i says which port would do", (port, advice) => {
    const failure = startFailure(new CannotListen("PORT", { ...listening, port }, systemError("EACCES")), "");
    expect(failure?.message).toContain(advice);
  });

  it.each(["EROFS", "EACCES", "EPERM", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST"])(
    "over the data folder (%s) names it in one sentence, with exit code 1",
    (code) => {
      const paths = ["/srv/groups", "/srv/groups/objects", "/srv"];
      for (const about of [...paths.map((path) => ({ path })), { syscall: "write" }]) {
        const error = systemError(code, about);
        for (const failed of [error, new StoreDown({ cause: error })]) {
          const failure = startFailure(failed, "/srv/groups");
          expect(failure?.exitCode).toBe(1);
          expect(failure?.message).toContain("The data folder /srv/groups cannot be used");
          expect(failure?.message).not.toContain("what Node says");
          expect(failure?.message).not.toContain("\n");
        }
      }
    },
  );

  it("over a file in the data folder names that file", async () => {
    const folder = await temporaryFolder();
    const path = join(folder.path, "session-secret");
    await writeFile(path, "made by somebody else");
    expect(startFailure(systemError("EACCES", { path }), folder.path)).toEqual({
      exitCode: 1,
      message: `${path} in the data folder cannot be used: this process has no permission for it. Mend that, or set DATA_DIR.`,
    });
    await folder.remove();
  });

  it.each([undefined, "/srv/groups"])("over a file elsewhere names that file (data folder: %s)", (data) => {
    for (const path of ["/home/ada/.env", "/srv/groups-2/ca.pem"]) {
      expect(startFailure(systemError("EACCES", { path }), data)).toEqual({
        exitCode: 1,
        message: `${path} cannot be used: this process has no permission for it.`,
      });
    }
  });

  it("over something the operator has not set up says what", () => {
    expect(startFailure(new NotConfigured("Set X."), undefined)).toEqual({ exitCode: 1, message: "Set X." });
  });

  it.each([
    new TypeError("x is not a function"),
    new Error("?"),
    systemError("EWHATEVER"),
    systemError("EWHATEVER", { path: "/srv/groups" }),
    systemError("EACCES", { syscall: "connect" }),
    systemError("ENOENT", { path: "/opt/groups-server/src/gone.ts" }),
    new CannotListen("PORT", listening, new Error("?")),
    "text",
    undefined,
  ])("over a mistake of our own keeps its stack: %s", (error) => {
    expect(startFailure(error, "/srv/groups")).toBeUndefined();
  });
});
