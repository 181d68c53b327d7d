import Router from "@koa/router";
import { BadRequest, NotFound } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { DatasetFile, Resource } from "../../../domain/resources/resource.ts";
import {
  datasetTypes,
  legacyTypes,
  resourcePath,
  withoutOuterSlashes,
} from "../../../domain/resources/resource.ts";
import { secondTreesOf } from "../../../domain/resources/second-tree.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { Groups } from "../../../ports/driving/groups.ts";
import type { ResourceFile, Resources } from "../../../ports/driving/resources.ts";
import type { Context, RequestState } from "../context.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { dataCache } from "../middleware/security-headers.ts";
import { inTurns } from "../requests/in-turns.ts";
import { answerJson, answerTagged } from "../requests/json-answer.ts";
import { fileName } from "../resources/resource-routes.ts";
import { answerObject } from "../resources/stored-object-answer.ts";
import type { Admission } from "../streaming/admission.ts";
import { sourceInfos } from "./source-info.ts";

interface Deps {
  readonly groups: Groups;
  readonly resources: Resources;
  readonly compression: Compression;
  readonly admission: Admission;
}

/** The API that Auspice and the CLI list and fetch by (http-api.md section 11). */
export const charonRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const sourceInfo = sourceInfos();
  router.get("/charon/getAvailable", (ctx) => getAvailable(ctx, d));
  router.get("/charon/getDataset", (ctx) => getDataset(ctx, d));
  router.get("/charon/getNarrative", (ctx) => getNarrative(ctx, d));
  router.get("/charon/getSourceInfo", (ctx) => getSourceInfo(ctx, d, sourceInfo));
  return router;
};

/**
 * The query with what Auspice forgets to encode in `prefix`, where it puts the page's path as it stands: "+" is
 * no space there, and what follows "&" without a "=" is no parameter of its own.
 */
const encodedQuery = (ctx: Context): string =>
  ctx.querystring.replaceAll("+", "%2B").replace(/&(?=[^&=]+(?:&|$))/g, "%26");

/** A query parameter that may stand only once. */
const parameter = (ctx: Context, name: string): string | undefined => {
  const values = new URLSearchParams(encodedQuery(ctx)).getAll(name);
  if (values.length > 1) throw new BadRequest(`The parameter "${name}" may be given only once.`);
  return values[0];
};

/** `groups/<name>[/narratives][/<rest>]`, with or without slashes around it. */
const parsePrefix = (prefix: string): { name: string; rest: string } | undefined => {
  const [, name, rest] = /^groups\/+([^/]+)(?:\/+(.*))?$/is.exec(withoutOuterSlashes(prefix)) ?? [];
  return name === undefined ? undefined : { name, rest: rest ?? "" };
};

const locate = (ctx: Context, d: Deps): { group: Group; rest: string } => {
  const parsed = parsePrefix(parameter(ctx, "prefix") ?? "");
  if (!parsed) throw new BadRequest('The parameter "prefix" has to name a group: groups/<name>.');
  const group = d.groups.readable(ctx.state.caller, parsed.name);
  if (group.isPublic) allowAnyOrigin(ctx);
  return { group, rest: parsed.rest.replace(/^narratives(\/|$)/i, "") };
};

const available = (resource: Resource) => ({ request: resourcePath(resource) });

const getAvailable = async (ctx: Context, d: Deps): Promise<void> => {
  const prefix = withoutOuterSlashes(parameter(ctx, "prefix") ?? "/");
  if (prefix === "" || prefix.toLowerCase() === "groups") return getAllAvailable(ctx, d);
  const { group, rest } = locate(ctx, d);
  const { datasets, narratives } = await d.resources.list(ctx.state.caller, group, ctx.state.signal);
  ctx.set("Cache-Control", dataCache);
  answerJson(ctx, { datasets: withSecondTrees(datasets, rest), narratives: narratives.map(available) });
};

/** Only the dataset on the page gets its second trees: those of all would be as many as their number squared. */
const withSecondTrees = (datasets: readonly Resource[], shown: string) => {
  const path = withoutOuterSlashes(shown.split(":", 1)[0] ?? "").normalize("NFC");
  const secondTrees = secondTreesOf(path, datasets).map(resourcePath);
  return datasets.map((dataset) => ({
    ...available(dataset),
    snapshots: false,
    secondTreeOptions: dataset.parts.join("/") === path ? secondTrees : [],
    buildUrl: null,
  }));
};

/** Everything this caller may see, live; here addresses begin with a slash (http-api.md section 11). */
const getAllAvailable = async (ctx: Context, d: Deps): Promise<void> => {
  const { caller, signal } = ctx.state;
  const listings = await inTurns(d.groups.visible(caller), (group) =>
    d.resources.list(caller, group, signal),
  );
  const request = (resource: Resource) => ({ request: `/${resourcePath(resource)}` });
  answerJson(ctx, {
    datasets: listings.flatMap(({ datasets }) => datasets.map(request)),
    narratives: listings.flatMap(({ narratives }) => narratives.map(request)),
  });
};

const datasetFiles: readonly DatasetFile[] = [...datasetTypes, ...legacyTypes];

const getDataset = async (ctx: Context, d: Deps): Promise<void> => {
  const { group, rest } = locate(ctx, d);
  if (encodedQuery(ctx) !== ctx.querystring) return sendToEncoded(ctx);
  const type = parameter(ctx, "type") ?? "main";
  const file = datasetFiles.find((known) => known === type);
  if (file === undefined) throw new BadRequest(`The parameter "type" can be ${datasetFiles.join(", ")}.`);
  const resource = d.resources.at(group, "dataset", rest, "read");
  await answerFile(ctx, d, { kind: "dataset", resource, file }).catch(async (error: unknown) => {
    if (file !== "main" || !(error instanceof NotFound)) throw error;
    await answerV1(ctx, d, resource);
  });
};

/** Converted before the download takes its place, which then waits for nobody else's conversion. */
const answerV1 = async (ctx: Context, d: Deps, resource: Resource): Promise<void> => {
  const { caller, signal } = ctx.state;
  const converted = await d.resources.readV1(
    caller,
    resource,
    (run) => d.admission.during(ctx, "render", run),
    signal,
  );
  await answerObject(ctx, d, {
    type: "application/json; charset=utf-8",
    fileName: fileName({ kind: "dataset", resource, file: "main" }),
    stat: async () => converted,
    read: async () => converted,
  });
};

/** Auspice shows the `prefix` of the final address, decoded, as the page's path; "+" would become a space in it. */
const sendToEncoded = (ctx: Context): void => {
  ctx.status = 307;
  ctx.redirect(`${ctx.path}?${encodedQuery(ctx)}`);
};

const getNarrative = async (ctx: Context, d: Deps): Promise<void> => {
  const { group, rest } = locate(ctx, d);
  if (!/^(md|markdown)$/i.test(parameter(ctx, "type") ?? "")) {
    throw new BadRequest('The parameter "type" has to be md.');
  }
  const named = d.resources.at(group, "narrative", rest, "read");
  await answerFile(ctx, d, { kind: "narrative", resource: await translated(ctx, d, group, named, rest) });
};

/** The exact name counts first; the one without its language is for old addresses, where there is no other. */
const translated = async (
  ctx: Context,
  d: Deps,
  group: Group,
  named: Resource,
  rest: string,
): Promise<Resource> => {
  const other = withoutLanguage(rest);
  const { caller, signal } = ctx.state;
  if (other === rest || (await d.resources.exists(caller, named, signal))) return named;
  return d.resources.at(group, "narrative", other, "read");
};

/** Narratives below `ncov` once had their language in their address; English was not stored so. */
const withoutLanguage = (path: string): string => {
  const parts = path.split("/");
  const language = parts.indexOf("en");
  return parts[0] === "ncov" && language > 0 ? parts.toSpliced(language, 1).join("/") : path;
};

const answerFile = (ctx: Context, d: Deps, file: ResourceFile): Promise<void> => {
  const { caller, signal } = ctx.state;
  return answerObject(ctx, d, {
    fileName: fileName(file),
    stat: () => d.resources.stat(caller, file, signal),
    read: () => d.resources.read(caller, file, signal),
  });
};

const getSourceInfo = async (
  ctx: Context,
  d: Deps,
  sourceInfo: ReturnType<typeof sourceInfos>,
): Promise<void> => {
  const { group } = locate(ctx, d);
  const { caller, signal } = ctx.state;
  const info = await d.groups.info(caller, group, signal);
  // Others may wait for it too: it goes on when this client leaves.
  const avatar = () => d.groups.avatar(caller, group, AbortSignal.timeout(logoTime));
  ctx.set("Cache-Control", dataCache);
  answerTagged(ctx, await sourceInfo(info, avatar));
};

/** Milliseconds; the store has its own limits for each step. */
const logoTime = 60_000;
