import { afterAll, beforeAll, expect } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import { browser } from "../../support/browser/browser.ts";
import type { ManualClock } from "../../support/measuring/manual-clock.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { Answer, Question } from "../../support/requests/http.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";

export const settings = "/groups/test-private/settings";

/** A caller like the CLI. */
export type Caller = (question: Question, at?: RunningServer) => Promise<Answer>;

export interface PeopleSite {
  /** Moves for both instances. */
  readonly clock: ManualClock;
  readonly here: RunningServer;
  /** Another instance with the same stores. */
  readonly elsewhere: RunningServer;
  /** A program of a user whom the provider puts into these role groups. */
  caller(username: string, ...roleGroups: string[]): Caller;
  /** A browser in which this user has logged in. */
  signIn(username: string, sub?: string, ...groups: string[]): Promise<Browser>;
}

/** Two instances with the same stores, for all tests of a file. */
export const peopleSite = (environment: Readonly<Record<string, string>> = {}): PeopleSite => {
  let clock: ManualClock | undefined;
  let [here, elsewhere]: RunningServer[] = [];
  beforeAll(async () => {
    clock = manualClock(Math.floor(Date.now() / 1000));
    const provider = await stubProvider({ now: clock.now });
    here = await startServer({ clock, provider, environment });
    elsewhere = await startServer({ clock, provider, environment, folder: here.folder });
  });
  afterAll(async () => {
    await elsewhere?.close();
    await here?.close();
    await here?.provider.close();
  });
  const site: PeopleSite = {
    get clock() {
      return clock ?? expect.unreachable();
    },
    get here() {
      return here ?? expect.unreachable();
    },
    get elsewhere() {
      return elsewhere ?? expect.unreachable();
    },
    caller:
      (username, ...roleGroups) =>
      async (question, at = site.here) => {
        const Authorization = await site.here.bearer(username, ...roleGroups);
        const headers = { Accept: "application/json", Authorization, ...question.headers };
        return at.ask({ ...question, headers });
      },
    signIn: async (username, sub = username, ...groups) => {
      site.here.provider.setPerson({ sub, username, groups });
      const visitor = browser(site.here);
      await visitor.logIn();
      return visitor;
    },
  };
  return site;
};

const jsonType = "application/json";
const formType = "application/x-www-form-urlencoded";

export const jsonPost = (path: string, value: object): Question => ({
  method: "POST",
  path,
  headers: { "Content-Type": jsonType },
  body: JSON.stringify(value),
});

export const formPost = (path: string, fields: Readonly<Record<string, string>>): Question => ({
  method: "POST",
  path,
  headers: { "Content-Type": formType },
  body: new URLSearchParams(fields).toString(),
});
