import { createSecretKey } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { secretLogin } from "../../../../src/adapters/http/secret-addresses/secret-login.ts";
import { LoginRequired, NotFound } from "../../../../src/domain/failure.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";

const cookies = {
  name: "session",
  secrets: [createSecretKey(Buffer.from("secret"))],
  maxAge: 3600,
  secure: false,
  domain: undefined,
} as const;

interface Sent {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: Caller;
  readonly failure?: Error;
}

/** Sends a request to a page that throws, LoginRequired if nothing else is given. */
const open = async ({ url, method = "GET", headers, caller = anonymous, failure }: Sent) => {
  const request = Object.assign(new IncomingMessage(new Socket()), { url, method });
  Object.assign(request.headers, { accept: "text/html", ...headers });
  const ctx = new Koa().createContext(request, new ServerResponse(request)) as unknown as Context;
  Object.assign(ctx.state, { caller, origin: "https://groups.example" });
  const returnPaths: string[] = [];
  const middleware = secretLogin({
    cookies,
    admission: { run: (_ctx: Context, _work: string, task: () => Promise<unknown>) => task() },
    signIn: {
      begin: async (_origin: string, returnTo: string) => {
        returnPaths.push(returnTo);
        return {
          authorizationUrl: "https://idp.example/a",
          state: "a",
          sealedAttempt: "sealed" as SealedText,
        };
      },
    },
  } as unknown as Parameters<typeof secretLogin>[0]);
  const failed = await Promise.resolve(
    middleware(ctx, async () => {
      throw failure ?? new LoginRequired();
    }),
  ).then(
    () => undefined,
    (error: unknown) => error,
  );
  const setCookies = [ctx.response.get("Set-Cookie")].flat().join("\n");
  return { failed, returnPaths, location: ctx.response.get("Location"), setCookies };
};

describe("a visitor of an address with a secret who has to log in", () => {
  it("is sent to the provider, with the address in the sealed attempt only", async () => {
    const { failed, returnPaths, location, setCookies } = await open({ url: "/invitations/s3cret?a=b" });
    expect(failed).toBeUndefined();
    expect(returnPaths).toEqual(["/invitations/s3cret?a=b"]);
    expect(location).toBe("https://idp.example/a");
    expect(setCookies).toMatch(/^nextstrain\.org-login-[a-t]=sealed;/);
  });

  it("is told after the login why the one before has ended", async () => {
    const { setCookies } = await open({
      url: "/invitations/s3cret",
      caller: { kind: "anonymous", loginEnd: "too-old" },
    });
    expect(setCookies).toContain("nextstrain.org-login-end=too-old");
  });

  it.each<[string, Omit<Sent, "url">]>([
    ["asks for JSON", { headers: { accept: "application/json" } }],
    ["sends a form", { method: "POST" }],
    ["sends HEAD", { method: "HEAD" }],
    ["loads the page ahead of a visit", { headers: { "sec-purpose": "prefetch;prerender" } }],
    ["finds nothing", { failure: new NotFound("There is nothing here.") }],
  ])("begins no login who %s", async (_, sent) => {
    const { failed, returnPaths } = await open({ url: "/invitations/s3cret", ...sent });
    expect(failed).toBeInstanceOf(sent.failure ? NotFound : LoginRequired);
    expect(returnPaths).toEqual([]);
  });
});

it("a visitor of any other address is left to the error handler", async () => {
  const { failed, returnPaths } = await open({ url: "/groups/private" });
  expect(failed).toBeInstanceOf(LoginRequired);
  expect(returnPaths).toEqual([]);
});
