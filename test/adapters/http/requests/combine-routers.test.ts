import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import Router from "@koa/router";
import Koa from "koa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RequestState } from "../../../../src/adapters/http/context.ts";
import { combineRouters } from "../../../../src/adapters/http/requests/combine-routers.ts";

let server: Server;
beforeAll(async () => {
  const [first, second] = [new Router<RequestState>(), new Router<RequestState>()];
  first.get("/things/:name", (ctx) => {
    ctx.body = `read ${ctx.params["name"]}`;
  });
  first.delete("/things/:name", (ctx) => {
    ctx.body = `removed ${ctx.params["name"]}`;
  });
  second.get("/others/:name", (ctx) => {
    ctx.body = `read other ${ctx.params["name"]}`;
  });
  const app = new Koa<RequestState>();
  app.use(combineRouters([first, second]).routes());
  server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const ask = async (method: string, path: string): Promise<string> => {
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
  return `${answer.status} ${await answer.text()}`;
};

describe("combined routers", () => {
  it.each(["for the first time", "again", "and again"])("route each path and method %s", async () => {
    expect(await ask("GET", "/things/a")).toBe("200 read a");
    expect(await ask("GET", "/things/b")).toBe("200 read b");
    expect(await ask("DELETE", "/things/a")).toBe("200 removed a");
    expect(await ask("GET", "/others/a")).toBe("200 read other a");
    expect(await ask("PUT", "/things/a")).toBe("404 Not Found");
    expect(await ask("GET", "/nothing")).toBe("404 Not Found");
  });

  it("route long paths as well", async () => {
    const name = "x".repeat(1000);
    for (let time = 0; time < 2; time++) expect(await ask("GET", `/things/${name}`)).toBe(`200 read ${name}`);
  });
});
