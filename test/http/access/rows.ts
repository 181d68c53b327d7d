import type { Right } from "../../../src/domain/identity/policy.ts";
import type { Question } from "../../support/requests/http.ts";
import { dataset, mainContent, narrative, narrativeContent } from "../../support/resources/stored-objects.ts";
import type { CallerKind } from "./callers.ts";

/** What a request needs: a right in its group, being logged in, being an administrator, or nothing. */
export type Need = Right | "login" | "administrator" | "nothing";

/** A request that every kind of caller sends, and what the server answers to whoever may do that. */
export interface Row {
  readonly needs: Need;
  readonly question: Question;
  /** The status for those who may; by kind of caller where it differs. */
  readonly status: number;
  readonly except?: Readonly<Partial<Record<CallerKind, number>>>;
  /** It ends a browser's session, so that only Bearer clients send it. */
  readonly endsSession?: boolean;
}

const json = { Accept: "application/json" };

const row = (needs: Need, status: number, question: Question | string, more: Partial<Row> = {}): Row => {
  const asked = typeof question === "string" ? { path: question } : question;
  return { needs, status, question: { ...asked, headers: { ...json, ...asked.headers } }, ...more };
};

const get = (path: string, accept = "application/json"): Question => ({ path, headers: { Accept: accept } });
const options = (path: string): Question => ({ method: "OPTIONS", path });
const put = (path: string, type: string, body: string | Uint8Array): Question => ({
  method: "PUT",
  path,
  headers: { "Content-Type": type },
  body,
});
const remove = (path: string): Question => ({ method: "DELETE", path });
const form = { "Content-Type": "application/x-www-form-urlencoded" };
const post = (path: string, fields: Readonly<Record<string, string>>): Question => ({
  method: "POST",
  path,
  headers: form,
  body: new URLSearchParams(fields).toString(),
});

/** Those that are of no group. `invitation` is the path of one to a group that is none of the callers'. */
export const commonRows = (invitation: string): readonly Row[] => [
  row("nothing", 302, get("/", "text/html")),
  row("nothing", 200, get("/groups", "text/html")),
  row("nothing", 200, get("/whoami"), { except: { unverified: 503 } }),
  row("nothing", 302, get("/users/somebody", "text/html")),
  row("nothing", 200, get("/edit/narratives", "text/html")),
  row("nothing", 200, get("/help", "text/html")),
  row("nothing", 200, get("/charon/getAvailable?prefix=groups")),
  row("nothing", 302, get("/login", "text/html")),
  row("nothing", 302, get("/logged-in", "text/html")),
  row("login", 200, get("/sessions", "text/html")),
  row("login", 200, get(invitation)),
  row("login", 200, get(invitation, "text/html")),
  // Whoever neither accepts nor declines it leaves it to the next caller.
  row("login", 400, post(invitation, {})),
  row("login", 404, remove("/sessions/none")),
  row("login", 303, post("/sessions", { action: "end-others" }), { endsSession: true }),
  row("login", 204, remove("/sessions"), { endsSession: true }),
  row("nothing", 302, get("/logout", "text/html"), { endsSession: true }),
  row("nothing", 302, post("/logout", {}), { endsSession: true }),
];

const sendJson = (method: string, path: string, value: object): Question => ({
  method,
  path,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(value),
});

const made = "/admin/groups/made-here";

/** Those of the administration, which makes a group and deletes it. */
export const administrationRows: readonly Row[] = [
  row("nothing", 302, get("/admin", "text/html")),
  row("administrator", 200, get("/admin/groups")),
  row("administrator", 200, get("/admin/groups", "text/html")),
  row("administrator", 200, get("/admin/groups/blab")),
  row("administrator", 404, get("/admin/groups/no-such-group", "text/html")),
  row(
    "administrator",
    201,
    sendJson("POST", "/admin/groups", { name: "made-here", visibility: "private", owner: "olga" }),
  ),
  row("administrator", 204, sendJson("PATCH", made, { archived: true })),
  row("administrator", 303, {
    ...post(made, { action: "reopen" }),
    headers: { ...form, Accept: "text/html" },
  }),
  row("administrator", 204, remove(made)),
];

/** Those of a group; what changes data comes after what reads them. */
export const groupRows = (group: string): readonly Row[] => {
  const at = (rest: string) => `/groups/${group}${rest}`;
  const role = at("/settings/roles/editors/members/somebody");
  const grant = { action: "grant", username: "somebody", role: "editors" };
  const data = [dataset(), mainContent("written")] as const;
  const text = [narrative, narrativeContent("written")] as const;
  return [
    row("read source", 200, get(at(""), "text/html")),
    row("read source", 302, get(at("/narratives"), "text/html")),
    row("read source", 200, get(`/logos/${group}`, "image/png")),
    row("read source", 200, get(`/charon/getAvailable?prefix=groups/${group}`)),
    row("read source", 200, get(`/charon/getSourceInfo?prefix=groups/${group}`)),
    row("read dataset", 200, get(at("/ncov/19B"), "text/html")),
    row("read dataset", 200, get(at("/ncov/19B"))),
    row("read dataset", 200, get(at("/ncov/19B"), dataset("measurements"))),
    row("read dataset", 200, get(`/charon/getDataset?prefix=groups/${group}/ncov/19B`)),
    row("read dataset", 204, options(at("/ncov/19B"))),
    row("read narrative", 200, get(at("/narratives/test/fixture"), "text/html")),
    row("read narrative", 200, get(at("/narratives/test/fixture"), narrative)),
    row(
      "read narrative",
      200,
      get(`/charon/getNarrative?prefix=groups/${group}/narratives/test/fixture&type=md`),
    ),
    row("read narrative", 204, options(at("/narratives/test/fixture"))),
    row("read group", 200, get(at("/settings"), "text/html")),
    row("read group", 200, get(at("/settings/logo"), "image/png")),
    row("read group", 200, get(at("/settings/overview"), "text/plain")),
    row("read group", 302, get(at("/settings/overview/preview"), "text/html")),
    row("read group", 404, get(at("/settings/unknown"))),
    row("read group", 204, options(at("/settings/logo"))),
    row("read group", 204, options(at("/settings/overview"))),
    row("read group", 200, get(at("/settings/members"))),
    row("read group", 200, get(at("/settings/members"), "text/html")),
    row("read group", 200, get(at("/settings/roles"))),
    row("read group", 200, get(at("/settings/roles/viewers/members"))),
    row("read group", 404, get(role)),
    row("read group", 204, options(role)),
    row("read group", 204, options(at("/settings/members"))),
    row("read group", 204, options(at("/settings/roles"))),
    row("read group", 204, options(at("/settings/roles/viewers/members"))),
    row("write dataset", 204, put(at("/written"), ...data)),
    row("write dataset", 204, remove(at("/written"))),
    row("write narrative", 204, put(at("/narratives/written"), ...text)),
    row("write narrative", 204, remove(at("/narratives/written"))),
    row("write group", 200, post(at("/settings/overview/preview"), { text: "Tried" })),
    row("write group", 204, put(at("/settings/overview"), "text/markdown", "---\ntitle: Written\n---\n")),
    row("write group", 204, remove(at("/settings/overview"))),
    row("write group", 303, post(at("/settings"), { title: "Written", text: "Words" })),
    row("write group", 400, put(at("/settings/logo"), "image/png", "no picture")),
    row("write group", 204, remove(at("/settings/logo"))),
    row("write group", 200, get(at("/settings/invitations"))),
    row("write group", 201, post(at("/settings/invitations"), { role: "viewers" })),
    row("write group", 303, post(at("/settings/invitations/none"), { action: "withdraw" })),
    row("write group", 204, remove(at("/settings/invitations/none"))),
    row("login", 202, post(at("/access-requests"), { note: "Please" })),
    row("write group", 200, get(at("/settings/access-requests"))),
    row("write group", 303, post(at("/settings/access-requests/none"), { action: "decline" })),
    row("write group", 204, remove(at("/settings/access-requests/none"))),
    row("write group", 204, post(at("/settings/members"), grant)),
    row("write group", 204, { method: "PUT", path: role }),
    row("write group", 204, remove(role)),
    // Last of all: whoever was given a role here has none afterwards; others are told where it comes from.
    row("read group", 204, remove(at("/settings/members/me")), {
      except: { viewer: 409, editor: 409, owner: 409 },
    }),
  ];
};
