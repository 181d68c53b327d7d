import { beforeAll, describe, expect, test } from "vitest";
import type { Browser } from "../../support/browser/browser.ts";
import type { Answer, Question } from "../../support/requests/http.ts";
import { dataset, mainContent, narrative, putSamples } from "../../support/resources/stored-objects.ts";
import { testServer } from "../../support/server/test-server.ts";
import { bearerOf, browserOf } from "../../support/sessions/callers.ts";

/** As long as the private group's name, so that responses with the name have the same length. */
const unknown = "test-unknown";
const known = "test-private";

const server = testServer();
let outsider: Browser;
let bearer: Record<string, string>;
beforeAll(async () => {
  await putSamples(server, known);
  outsider = await browserOf(server, "outsider", known);
  bearer = await bearerOf(server, "outsider", known);
});

/** A response without what depends on the path, the request's id, the caller and the time. */
const comparable = ({ status, headers, text, cookies }: Answer, name: string) => {
  const { date, ...others } = headers;
  const redact = (value: string) =>
    value
      .replaceAll(`outsider-of-${known}`, "<caller>")
      .replaceAll(name, "<name>")
      .replaceAll(name.toUpperCase(), "<name>")
      .replace(/<code>[\w-]{12}<\/code>/g, "<id>");
  const names = Object.entries(others).map(([header, value]) => [
    header,
    header === "set-cookie" ? `${cookies.length} cookies` : redact(value),
  ]);
  return { status, headers: Object.fromEntries(names), body: redact(text) };
};

const paths = [
  "/groups/NAME",
  "/groups/NAME/",
  "/groups/NAME?filter=x",
  "/groups/NAME/ncov/19B",
  "/groups/NAME/absent",
  "/groups/NAME/ncov/19B:ncov/19B",
  "/groups/NAME/ncov/19B@2020-01-01",
  "/groups/NAME/under_score",
  "/groups/NAME/%E0%A4%A",
  "/groups/NAME/a%00b",
  "/groups/NAME//",
  "/groups/NAME/a//b",
  "/groups/NAME/narratives",
  "/groups/NAME/narratives/test/fixture",
  "/groups/NAME/narratives/absent",
  "/groups/NAME/settings",
  "/groups/NAME/settings/logo",
  "/groups/NAME/settings/overview",
  "/groups/NAME/settings/members",
  "/groups/NAME/settings/invitations",
  "/groups/NAME/settings/access-requests",
  "/groups/NAME/access-requests",
  "/groups/NAME/settings/roles",
  "/groups/NAME/settings/roles/viewers/members",
  "/groups/NAME/settings/roles/kings/members",
  "/groups/NAME/settings/roles/viewers/members/bob",
  "/groups/NAME/settings/absent",
  "/charon/getAvailable?prefix=groups/NAME",
  "/charon/getAvailable?prefix=/groups/NAME/ncov/",
  "/charon/getDataset?prefix=groups/NAME/ncov/19B",
  "/charon/getDataset?prefix=groups/NAME/ncov/19B&type=nonsense",
  "/charon/getDataset?prefix=groups/NAME",
  "/charon/getDataset?prefix=groups/NAME/under_score",
  "/charon/getNarrative?prefix=groups/NAME/narratives/test/fixture&type=md",
  "/charon/getNarrative?prefix=groups/NAME/narratives/test/fixture",
  "/charon/getSourceInfo?prefix=groups/NAME",
  "/logos/NAME",
];

const types = ["text/html, application/json", "image/png", dataset(), narrative];
const objects = paths.filter((path) => /ncov\/19B$|fixture$|logo$|overview$|members$/.test(path));

const upload: Record<string, string> = { "Content-Type": dataset() };

const questions: readonly Question[] = [
  ...["text/html", "*/*"].flatMap((Accept) => paths.map((path) => ({ path, headers: { Accept } }))),
  ...types.flatMap((Accept) => objects.map((path) => ({ path, headers: { Accept } }))),
  ...["HEAD", "OPTIONS", "DELETE"].flatMap((method) => paths.map((path) => ({ method, path }))),
  ...["POST", "PATCH"].flatMap((method) => objects.map((path) => ({ method, path }))),
  ...paths.map((path) => ({ method: "PUT", path, headers: upload, body: mainContent("x") })),
  ...objects.map((path) => ({ method: "PUT", path, headers: { "Content-Type": "image/png" }, body: "no" })),
  ...objects.map((path) => ({ method: "PUT", path, headers: { "Content-Length": "0" } })),
];

const named = (question: Question, name: string): Question => ({
  ...question,
  path: question.path.replace("NAME", name),
});

/** Compares the responses to one caller for both names, for all requests. */
const compare = async (
  ask: (question: Question) => Promise<Answer>,
  spell = (name: string) => name,
  requests = questions,
) => {
  for (const question of requests) {
    const [one, other] = await Promise.all([
      ask(named(question, spell(known))),
      ask(named(question, spell(unknown))),
    ]);
    expect(comparable(other, unknown), JSON.stringify(question)).toEqual(comparable(one, known));
    expect(one.status, JSON.stringify(question)).toBeGreaterThan(299);
  }
};

describe("a group that does not exist cannot be distinguished from a private one", () => {
  test("by anonymous programs and browsers", () => compare((question) => server.ask(question)));

  test("by outsiders with a Bearer token", () =>
    compare((question) => server.ask({ ...question, headers: { ...question.headers, ...bearer } })));

  test("by outsiders in a browser", () => compare((question) => outsider.ask(question)));

  test("with other spellings of their names", () =>
    compare(
      (question) => server.ask(question),
      (name) => name.toUpperCase(),
      paths.map((path) => ({ path, headers: { Accept: "text/html" } })),
    ));

  test("with names that no group can have", async () => {
    for (const name of ["no", "a%2Fb", "a_b", "%20", "b".repeat(60), "constructor", "__proto__"]) {
      const [one, other] = await Promise.all([
        server.ask({ path: `/groups/${known}/x` }),
        server.ask({ path: `/groups/${name}/x` }),
      ]);
      expect(comparable(other, "no name"), name).toEqual(comparable(one, "no name"));
    }
  });

  test("in listings, which contain neither", async () => {
    for (const path of ["/groups", "/charon/getAvailable?prefix=groups", "/whoami"]) {
      const { text } = await server.ask({ path });
      expect(text).not.toContain(known);
    }
  });
});
