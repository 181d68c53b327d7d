import { createSecretKey } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../../src/adapters/http/context.ts";
import { handleErrors } from "../../../../src/adapters/http/middleware/error-handler.ts";
import { secretLogin } from "../../../../src/adapters/http/secret-addresses/secret-login.ts";
import { LoginRequired, NotFound, ProviderDown } from "../../../../src/domain/failure.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { SealedText } from "../../../../src/domain/sessions/token-set.ts";
import { defaultSite } from "../../../../src/domain/site.ts";
import { recordingLog } from "../../../support/measuring/recording-log.ts";

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
  /** What beginning a login throws. */
  readonly providerFailure?: Error;
}

/** Sends a request to a page that throws, LoginRequired if nothing else is given, and answers it as the server does. */
const open = async ({ url, method = "GET", headers, caller = anonymous, failure, providerFailure }: Sent) => {
  const request = Object.assign(new IncomingMessage(new Socket()), { url, method });
  Object.assign(request.headers, { accept: "text/html", ...headers });
  const ctx = new Koa().createContext(request, new ServerResponse(request)) as unknown as Context;
  const { signal } = new AbortController();
  Object.assign(ctx.state, { id: "r-1", signal, caller, origin: "https://groups.example" });
  const returnPaths: string[] = [];
  const login = secretLogin({
    cookies,
    admission: { run: (_ctx: Context, _work: string, task: () => Promise<unknown>) => task() },
    signIn: {
      begin: async (_origin: string, returnTo: string) => {
        returnPaths.push(returnTo);
        if (providerFailure) throw providerFailure;
        return {
          authorizationUrl: "https://idp.example/a",
          state: "a",
          sealedAttempt: "sealed" as SealedText,
        };
      },
    },
  } as unknown as Parameters<typeof secretLogin>[0]);
  const page = async () => {
    throw failure ?? new LoginRequired();
  };
  await handleErrors({ log: recordingLog(), site: defaultSite })(ctx, async () => login(ctx, page));
  const setCookies = [ctx.response.get("Set-Cookie")].flat().join("\n");
  return {
    status: ctx.status,
    text: String(ctx.body),
    returnPaths,
    location: ctx.response.get("Location"),
    setCookies,
  };
};

describe("a visitor of an address with a secret who has to log in", () => {
  it("is sent to the provider, with the address in the sealed attempt only", async () => {
    const { status, returnPaths, location, setCookies } = await open({ url: "/invitations/s3cret?a=b" });
    expect(status).toBe(302);
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

  it("is told of an outage of the provider at the same address", async () => {
    const { status, location } = await open({
      url: "/invitations/s3cret",
      providerFailure: new ProviderDown(),
    });
    expect([status, location]).toEqual([503, undefined]);
  });

  it("finds the way to the login on the page that refuses a form", async () => {
    const { status, text } = await open({ url: "/invitations/s3cret", method: "POST" });
    expect(status).toBe(401);
    expect(text).toContain('href="/invitations/s3cret"');
    expect(text).not.toContain("return_to");
  });

  it.each<[string, number, Omit<Sent, "url">]>([
    ["asks for JSON", 401, { headers: { accept: "application/json" } }],
    ["sends a form", 401, { method: "POST" }],
    ["sends HEAD", 401, { method: "HEAD" }],
    ["loads the page ahead of a visit", 503, { headers: { "sec-purpose": "prefetch;prerender" } }],
    ["finds nothing", 404, { failure: new NotFound("There is nothing here.") }],
  ])("begins no login and is led nowhere who %s", async (_, expected, sent) => {
    const { status, returnPaths, location } = await open({ url: "/invitations/s3cret", ...sent });
    expect(status).toBe(expected);
    expect(returnPaths).toEqual([]);
    expect(location).toBeUndefined();
  });
});

it("a visitor of any other address is sent to /login with it", async () => {
  const { returnPaths, location } = await open({ url: "/groups/private" });
  expect(location).toBe("/login?return_to=%2Fgroups%2Fprivate");
  expect(returnPaths).toEqual([]);
});
