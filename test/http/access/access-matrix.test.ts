import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Right } from "../../../src/domain/identity/policy.ts";
import type { Role } from "../../../src/domain/identity/role.ts";
import type { ManualClock } from "../../support/measuring/manual-clock.ts";
import { manualClock } from "../../support/measuring/manual-clock.ts";
import type { Answer, Question } from "../../support/requests/http.ts";
import { putSamples } from "../../support/resources/stored-objects.ts";
import type { RunningServer } from "../../support/server/running-server.ts";
import { startServer } from "../../support/server/running-server.ts";
import { stubProvider } from "../../support/stub-provider/stub-provider.ts";
import type { CallerKind } from "./callers.ts";
import { administrator, bearerOf, browserOf, callerKinds, giveRoles, invite, roleOf } from "./callers.ts";
import type { RegisteredRoute } from "./registered-routes.ts";
import { noteRoutes } from "./registered-routes.ts";
import type { Row } from "./rows.ts";
import { administrationRows, commonRows, groupRows } from "./rows.ts";

vi.setConfig({ testTimeout: 60_000 });

let server: RunningServer;
let clock: ManualClock;
let routes: readonly RegisteredRoute[] = [];
let invitation = "";
beforeAll(async () => {
  clock = manualClock(Math.floor(Date.now() / 1000));
  const provider = await stubProvider({ now: clock.now });
  routes = await noteRoutes(async () => {
    server = await startServer({
      clock,
      provider,
      environment: { ADMINISTRATORS: JSON.stringify([administrator]) },
    });
    // The routes of administrators are loaded at their first request.
    await server.ask({ path: "/admin" });
  });
  invitation = await invite(server, "other");
});
afterAll(async () => {
  await server.close();
  await server.provider.close();
});

type GroupKind = "public" | "private" | "absent";
const groups: Readonly<Record<GroupKind, string>> = {
  public: "blab",
  private: "test-private",
  absent: "no-such-group",
};
const groupKinds = Object.keys(groups) as GroupKind[];

/** The truth table (groups-and-authorization.md section 5): who has a right by a role. */
const holders: Readonly<Record<Right, readonly Role[]>> = {
  "read source": ["viewers", "editors", "owners"],
  "write source": [],
  "read dataset": ["viewers", "editors", "owners"],
  "write dataset": ["editors", "owners"],
  "read narrative": ["viewers", "editors", "owners"],
  "write narrative": ["editors", "owners"],
  "read group": ["viewers", "editors", "owners"],
  "write group": ["owners"],
};

/** What everybody may do in a public group. */
const publicRights: readonly Right[] = ["read source", "read dataset", "read narrative"];

const may = (kind: CallerKind, { needs }: Row, group: GroupKind): boolean => {
  if (needs === "nothing") return true;
  if (needs === "login") return kind !== "anonymous" && kind !== "unverified";
  if (needs === "administrator") return kind === "administrator without a role";
  if (group === "absent") return false;
  const role = roleOf(kind);
  return (
    (group === "public" && publicRights.includes(needs)) ||
    (role !== undefined && holders[needs].includes(role))
  );
};

const expectedStatus = (kind: CallerKind, row: Row, group: GroupKind): number => {
  if (may(kind, row, group)) return row.except?.[kind] ?? row.status;
  if (kind === "unverified") return 503;
  if (kind !== "anonymous") return 403;
  // Browsers are sent to the login.
  const { method = "GET", headers } = row.question;
  return method === "GET" && headers?.["Accept"] === "text/html" ? 302 : 401;
};

const titleOf = ({ question: { method = "GET", path, headers } }: Row): string =>
  `${method} ${path} as ${headers?.["Accept"]}`;

const all = (group: GroupKind): readonly Row[] => [
  ...commonRows(invitation),
  ...administrationRows,
  ...groupRows(groups[group]),
];

/** Compares all answers at once, so that a failure shows the whole column. */
const expectAnswers = async (
  rows: readonly Row[],
  [kind, group]: readonly [CallerKind, GroupKind],
  ask: Ask,
): Promise<void> => {
  const answers: string[] = [];
  for (const row of rows) answers.push(`${titleOf(row)}: ${(await ask(row.question)).status}`);
  expect(answers).toEqual(rows.map((row) => `${titleOf(row)}: ${expectedStatus(kind, row, group)}`));
};

type Ask = (question: Question) => Promise<Answer>;

const prepare = async (group: GroupKind): Promise<void> => {
  if (group === "absent") return;
  await putSamples(server, groups[group]);
  await giveRoles(server, clock, groups[group]);
};

/** Has the invited one look at the invitation to the group, and neither accept nor decline it. */
const lookAtInvitation = async (kind: CallerKind, group: GroupKind, ask: Ask): Promise<void> => {
  if (kind !== "one who has been invited" || group === "absent") return;
  const path = await invite(server, groups[group]);
  expect((await ask({ path, headers: { Accept: "application/json" } })).status).toBe(200);
};

const verified = callerKinds.filter((kind) => kind !== "unverified");
const cells = groupKinds.flatMap((group) => verified.map((kind) => [kind, group] as const));

describe("the table of requests", () => {
  test("has a row for every method of every route", () => {
    const rows = all("private");
    const takes = (route: RegisteredRoute, method: string, { question }: Row): boolean => {
      const [path = ""] = question.path.split("?");
      const first = routes.find((one) => one.methods.includes(method) && one.matches(path));
      return (question.method ?? "GET") === method && first === route;
    };
    const isCatchAll = ({ methods }: RegisteredRoute) => methods.length > 8;
    const missing = routes.flatMap((route) => {
      const absent = route.methods.filter((method) => !rows.some((row) => takes(route, method, row)));
      const isMissing = isCatchAll(route) ? absent.length === route.methods.length : absent.length > 0;
      return isMissing ? [`${absent} ${route.pattern}`] : [];
    });
    expect(missing).toEqual([]);
    expect(routes.length).toBeGreaterThan(40);
  });
});

describe("by Bearer token", () => {
  test.each(cells)("a caller who is %s, and a group that is %s", async (kind, group) => {
    await prepare(group);
    const headers = await bearerOf(server, kind, groups[group]);
    const ask: Ask = (question) => server.ask({ ...question, headers: { ...question.headers, ...headers } });
    await lookAtInvitation(kind, group, ask);
    await expectAnswers(all(group), [kind, group], ask);
  });
});

describe("by a browser's cookie", () => {
  test.each(cells)("a caller who is %s, and a group that is %s", async (kind, group) => {
    await prepare(group);
    const visitor = await browserOf(server, kind, groups[group]);
    const rows = all(group).filter(({ endsSession }) => !endsSession);
    await lookAtInvitation(kind, group, visitor.ask);
    await expectAnswers(rows, [kind, group], visitor.ask);
  });

  test.each(groupKinds)("a caller whose login cannot be verified, and a group that is %s", async (group) => {
    await prepare(group);
    const visitor = await browserOf(server, "unverified", groups[group]);
    clock.pass(3600);
    server.provider.injectFault("server-error");
    try {
      const rows = all(group).filter(({ endsSession }) => !endsSession);
      await expectAnswers(rows, ["unverified", group], visitor.ask);
    } finally {
      server.provider.clearFaults();
    }
  });
});
