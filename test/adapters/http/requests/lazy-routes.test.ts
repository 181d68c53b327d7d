import { describe, expect, it } from "vitest";
import type { Context, Middleware } from "../../../../src/adapters/http/context.ts";
import { lazyRoutes } from "../../../../src/adapters/http/requests/lazy-routes.ts";
import { PartMissing } from "../../../../src/domain/failure.ts";

const ctx = {} as Context;
const next = async () => "next";

describe("routes that are loaded at their first request", () => {
  it("are loaded once, and not before", async () => {
    const loads: string[] = [];
    const routes = lazyRoutes(async () => {
      loads.push("load");
      return (_, passOn) => passOn();
    });
    expect(loads).toEqual([]);
    expect(await Promise.all([routes(ctx, next), routes(ctx, next)])).toEqual(["next", "next"]);
    expect(await routes(ctx, next)).toBe("next");
    expect(loads).toEqual(["load"]);
  });

  it("that cannot be loaded are missing now, and tried again at the next request", async () => {
    const cause = new Error("ENOENT");
    const answers: (() => Promise<Middleware>)[] = [
      () => Promise.reject(cause),
      async () => (_, passOn) => passOn(),
    ];
    const routes = lazyRoutes(() => answers.shift()?.() ?? expect.unreachable());
    await expect(routes(ctx, next)).rejects.toMatchObject({ code: new PartMissing().code, cause });
    expect(await routes(ctx, next)).toBe("next");
  });

  it("throw what their requests throw", async () => {
    const routes = lazyRoutes(async () => () => Promise.reject(new TypeError("a bug")));
    await expect(routes(ctx, next)).rejects.toThrow(TypeError);
  });
});
