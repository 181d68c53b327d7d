import { beforeAll, describe, expect, test } from "vitest";
import type { Question } from "../../support/requests/http.ts";
import {
  dataset,
  mainContent,
  narrative,
  narrativeContent,
  putSamples,
} from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf, browserOf, type CallerKind, callerKinds } from "../../support/sessions/callers.ts";

const server = testServer();
beforeAll(async () => {
  await putSamples(server, "blab", "test-private");
});

type Right = "-" | "R" | "W";

/** groups-and-authorization.md section 5: the rights of the five kinds of caller, in their order. */
const table: readonly [object: string, group: string, rights: readonly Right[]][] = [
  ["source", "blab", ["R", "R", "R", "R", "R"]],
  ["source", "test-private", ["-", "-", "R", "R", "R"]],
  ["dataset", "blab", ["R", "R", "R", "W", "W"]],
  ["dataset", "test-private", ["-", "-", "R", "W", "W"]],
  ["narrative", "blab", ["R", "R", "R", "W", "W"]],
  ["narrative", "test-private", ["-", "-", "R", "W", "W"]],
  ["settings", "blab", ["-", "-", "R", "R", "W"]],
  ["settings", "test-private", ["-", "-", "R", "R", "W"]],
  ["members", "blab", ["-", "-", "R", "R", "W"]],
  ["members", "test-private", ["-", "-", "R", "R", "W"]],
  ["invitations", "blab", ["-", "-", "-", "-", "W"]],
  ["invitations", "test-private", ["-", "-", "-", "-", "W"]],
];

const readings: Record<string, (group: string) => readonly Question[]> = {
  source: (group) => [
    { path: `/groups/${group}` },
    { path: `/charon/getAvailable?prefix=groups/${group}` },
    { path: `/charon/getSourceInfo?prefix=groups/${group}` },
    { path: `/logos/${group}` },
  ],
  dataset: (group) => [
    { path: `/groups/${group}/ncov/19B` },
    { path: `/groups/${group}/ncov/19B`, headers: { Accept: "application/json" } },
    { path: `/groups/${group}/ncov/19B`, headers: { Accept: dataset("measurements") } },
    { path: `/charon/getDataset?prefix=groups/${group}/ncov/19B` },
    { method: "OPTIONS", path: `/groups/${group}/ncov/19B` },
  ],
  narrative: (group) => [
    { path: `/groups/${group}/narratives/test/fixture` },
    { path: `/groups/${group}/narratives/test/fixture`, headers: { Accept: narrative } },
    { path: `/charon/getNarrative?prefix=groups/${group}/narratives/test/fixture&type=md` },
    { method: "OPTIONS", path: `/groups/${group}/narratives/test/fixture` },
  ],
  settings: (group) => [
    { path: `/groups/${group}/settings` },
    { path: `/groups/${group}/settings/logo` },
    { path: `/groups/${group}/settings/overview` },
    { method: "OPTIONS", path: `/groups/${group}/settings/logo` },
    { method: "OPTIONS", path: `/groups/${group}/settings/overview` },
  ],
  members: (group) => [
    { path: `/groups/${group}/settings/members` },
    { path: `/groups/${group}/settings/roles` },
    { path: `/groups/${group}/settings/roles/viewers/members` },
    { method: "OPTIONS", path: `/groups/${group}/settings/members` },
    { method: "OPTIONS", path: `/groups/${group}/settings/roles` },
  ],
  invitations: (group) => [
    { path: `/groups/${group}/settings/invitations` },
    { path: `/groups/${group}/settings/access-requests` },
  ],
};

/** Requests that change data which no other test reads. */
const writings: Record<string, (group: string) => readonly Question[]> = {
  dataset: (group) => [
    {
      method: "PUT",
      path: `/groups/${group}/written`,
      headers: { "Content-Type": dataset() },
      body: mainContent("written"),
    },
    { method: "DELETE", path: `/groups/${group}/written` },
  ],
  narrative: (group) => [
    {
      method: "PUT",
      path: `/groups/${group}/narratives/written`,
      headers: { "Content-Type": narrative },
      body: narrativeContent("written"),
    },
    { method: "DELETE", path: `/groups/${group}/narratives/written` },
  ],
  settings: (group) => [
    {
      method: "PUT",
      path: `/groups/${group}/settings/overview`,
      headers: { "Content-Type": "text/markdown" },
      body: "---\ntitle: Written\n---\n",
    },
    { method: "DELETE", path: `/groups/${group}/settings/logo` },
  ],
  members: (group) => [
    { method: "PUT", path: `/groups/${group}/settings/roles/editors/members/somebody` },
    { method: "DELETE", path: `/groups/${group}/settings/roles/editors/members/somebody` },
  ],
  invitations: (group) => [
    { method: "DELETE", path: `/groups/${group}/settings/invitations/${"0".repeat(64)}` },
    { method: "DELETE", path: `/groups/${group}/settings/access-requests/${"0".repeat(16)}` },
  ],
};

const rows = table.flatMap(([object, group, rights]) =>
  callerKinds.map((kind, index) => [kind, rights[index] ?? "-", object, group] as const),
);

const withHeaders = (question: Question, headers: Record<string, string>): Question => ({
  ...question,
  headers: { ...question.headers, ...headers },
});

const denial = (kind: CallerKind): number => (kind === "anonymous" ? 401 : 403);

describe("by Bearer token", () => {
  test.each(rows)(
    "a caller who is %s has the right %s to the %s of %s",
    async (kind, right, object, group) => {
      const headers = await bearerOf(server, kind, group);
      for (const question of readings[object]?.(group) ?? []) {
        const { status } = await server.ask(withHeaders(question, headers));
        const served = question.method === "OPTIONS" ? 204 : 200;
        expect([question.path, status]).toEqual([question.path, right === "-" ? denial(kind) : served]);
      }
      for (const question of writings[object]?.(group) ?? []) {
        const { status } = await server.ask(withHeaders(question, headers));
        expect([question.method, status]).toEqual([question.method, right === "W" ? 204 : denial(kind)]);
      }
      await putSamples(server, group);
    },
  );
});

const sample = rows.filter(([, , object, group]) => group === "test-private" && object !== "narrative");

describe("by a browser's cookie", () => {
  test.each(sample)(
    "a caller who is %s has the right %s to the %s of %s",
    async (kind, right, object, group) => {
      const visitor = await browserOf(server, kind, group);
      for (const question of readings[object]?.(group) ?? []) {
        const { status } = await visitor.ask(withHeaders({ headers: { Accept: "*/*" }, ...question }, {}));
        const served = question.method === "OPTIONS" ? 204 : 200;
        expect([question.path, status]).toEqual([question.path, right === "-" ? denial(kind) : served]);
      }
      for (const question of writings[object]?.(group) ?? []) {
        const { status } = await visitor.ask(question);
        expect([question.method, status]).toEqual([question.method, right === "W" ? 204 : denial(kind)]);
      }
      await putSamples(server, group);
    },
  );

  test.each(["source", "dataset", "narrative", "settings", "members", "invitations"])(
    "an anonymous visitor of the %s of a private group is sent to the login",
    async (object) => {
      const visitor = await browserOf(server, "anonymous", "test-private");
      for (const question of readings[object]?.("test-private") ?? []) {
        if (question.method === "OPTIONS" || question.headers) continue;
        const answer = await visitor.ask(question.path);
        const login = `/login?return_to=${encodeURIComponent(question.path)}`;
        expect([answer.status, answer.headers.location]).toEqual([302, login]);
      }
    },
  );
});

describe("role groups in a token", () => {
  const privateDataset: Question = {
    path: "/groups/test-private/ncov/19B",
    headers: { Accept: "application/json" },
  };

  test.each([
    ["test-private/viewers", 200],
    ["TEST-Private/viewers", 200],
    ["/test-private/viewers", 200],
    ["/Test-Private/editors", 200],
    ["test-private/Viewers", 403],
    ["test-private/viewer", 403],
    ["test-private/", 403],
    ["test-private", 403],
    ["viewers", 403],
    ["!test-private/viewers", 403],
    ["other/test-private/viewers", 403],
    ["test-private/viewers/more", 403],
    ["test-private /viewers", 403],
  ])("the entry %j gives a private dataset with status %i", async (entry, status) => {
    const Authorization = await server.bearer("somebody", entry);
    const answer = await server.ask({
      ...privateDataset,
      headers: { Accept: "application/json", Authorization },
    });
    expect(answer.status).toBe(status);
  });

  test.each(["MixedCase/viewers", "mixedcase/viewers", "MIXEDCASE/viewers"])(
    "the entry %j counts in a group of mixed case",
    async (entry) => {
      const Authorization = await server.bearer("somebody", entry);
      const answer = await server.ask({
        path: "/groups/MixedCase/settings/roles",
        headers: { Authorization },
      });
      expect(answer.status).toBe(200);
    },
  );

  test("a person with several roles may do what any of them allows", async () => {
    const Authorization = await server.bearer("somebody", "blab/viewers", "blab/editors");
    const answer = await server.ask({
      method: "OPTIONS",
      path: "/groups/blab/ncov/19B",
      headers: { Authorization },
    });
    expect(answer.headers.allow).toBe("OPTIONS, GET, HEAD, PUT, DELETE");
  });
});
