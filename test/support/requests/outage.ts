import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Browser } from "../browser/browser.ts";
import { browser } from "../browser/browser.ts";
import { mainDataset, mainType, put } from "../resources/resources.ts";
import type { RunningServer } from "../server/running-server.ts";
import { sessionCookie } from "../sessions/sessions.ts";
import type { Answer } from "./http.ts";

/** Requests before, during and after an outage of a service that the server depends on. */

export const publicData = "/groups/blab/ncov";
export const privateData = "/groups/test-private/ncov";
export const privatePage = "/groups/test-private";

export interface Timed {
  readonly answer: Answer;
  readonly seconds: number;
}

export const timed = async (work: () => Promise<Answer>): Promise<Timed> => {
  const began = performance.now();
  const answer = await work();
  return { answer, seconds: (performance.now() - began) / 1000 };
};

/** Polls a condition until it holds, and returns how many seconds that took. */
export const secondsUntil = async (holds: () => Promise<boolean>, timeout = 8): Promise<number> => {
  const began = performance.now();
  while (!(await holds())) {
    if ((performance.now() - began) / 1000 > timeout)
      throw new Error(`It did not come to pass in ${timeout} s.`);
    await pause(20);
  }
  return (performance.now() - began) / 1000;
};

export const putData = async (server: RunningServer): Promise<void> => {
  for (const path of [publicData, privateData]) {
    expect((await put(server, path, mainType, mainDataset)).status).toBeLessThan(300);
  }
};

/** A browser in which a viewer of the private group has just logged in. */
export const logIn = async (server: RunningServer, name: string): Promise<Browser> => {
  server.provider.setPerson({ sub: name, username: name, groups: ["test-private/viewers"] });
  const visitor = browser(server);
  const callback = await visitor.logIn();
  if (callback.status !== 302) throw new Error(`The login was answered ${callback.status}.`);
  return visitor;
};

export const read = (visitor: Browser, path: string): Promise<Answer> =>
  visitor.ask({ path, headers: { Accept: mainType } });

export const whoami = (visitor: Browser): Promise<Answer> =>
  visitor.ask({ path: "/whoami", headers: { Accept: "application/json" } });

/** Whether a user who is logged in gets everything they may read. */
export const isServed = async (visitor: Browser): Promise<boolean> => {
  const identity = await whoami(visitor);
  if (identity.status !== 200 || (identity.json() as { user: unknown }).user === null) return false;
  const answers = [await read(visitor, privateData), await visitor.ask(privatePage)];
  return answers.every(({ status }) => status === 200);
};

/** Expects 503 with Retry-After within some seconds, and that the login stays. */
export const expectUnavailable = async (
  visitor: Browser,
  within: number,
  work: () => Promise<Answer>,
): Promise<void> => {
  const cookie = visitor.cookies.get(sessionCookie);
  const { answer, seconds } = await timed(work);
  expect(answer.status).toBe(503);
  expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
  expect(seconds).toBeLessThan(within);
  expect(visitor.cookies.get(sessionCookie)).toBe(cookie);
};

/** Expects that public data are served, with a session cookie and without. */
export const expectPublicServed = async (server: RunningServer, visitor: Browser): Promise<void> => {
  for (const who of [browser(server), visitor]) {
    for (const work of [
      () => read(who, publicData),
      () => who.ask("/groups/blab"),
      () => who.ask("/groups"),
    ]) {
      const { answer, seconds } = await timed(work);
      expect(answer.status).toBe(200);
      expect(seconds).toBeLessThan(1);
    }
  }
};

export interface Outage {
  inject(): Promise<void>;
  recover(): Promise<void>;
}

/** Runs checks during an outage, which ends in any case. */
export const during = async ({ inject, recover }: Outage, check: () => Promise<void>): Promise<void> => {
  await inject();
  try {
    await check();
  } finally {
    await recover();
  }
};

/** Settings for a server with this Redis, whose certificate is verified. */
export const redisSettings = async (
  folder: string,
  { url, certificates }: { readonly url: string; readonly certificates: { readonly ca: string } },
): Promise<Record<string, string>> => {
  const path = join(folder, "redis-ca.pem");
  await writeFile(path, certificates.ca);
  return { REDIS_URL: url, REDIS_CA_FILE: path };
};
