import Router from "@koa/router";
import { BadRequest, NotFound } from "../../../domain/failure.ts";
import type { DatasetFile, Resource } from "../../../domain/resources/resource.ts";
import { datasetFiles, resourcePath, withoutOuterSlashes } from "../../../domain/resources/resource.ts";
import { secondTreesOf } from "../../../domain/resources/second-tree.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { Attempt, Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import type { ReadableResource } from "../../../ports/driving/resources.ts";
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

const valuesOf = (ctx: Context, name: string): readonly string[] =>
  new URLSearchParams(encodedQuery(ctx)).getAll(name);

/** A query parameter that may stand only once. */
const parameter = (ctx: Context, name: string): string | undefined => {
  const values = valuesOf(ctx, name);
  if (values.length > 1) throw new BadRequest(`The parameter "${name}" may be given only once.`);
  return values[0];
};

/** `groups/<name>[/narratives][/<rest>]`, with or without slashes around it. */
const parsePrefix = (prefix: string): { name: string; rest: string } | undefined => {
  const [, name, rest] = /^groups\/+([^/]+)(?:\/+(.*))?$/is.exec(withoutOuterSlashes(prefix)) ?? [];
  return name === undefined ? undefined : { name, rest: rest ?? "" };
};

interface Located {
  readonly opened: OpenGroup;
  readonly rest: string;
}

/** Opens the group that the request's prefix names; `attempt`: what is to be done, where the prefix does not say it all. */
const locate = (ctx: Context, d: Deps, attempt: Partial<Attempt> = {}): Located => {
  const parsed = parsePrefix(parameter(ctx, "prefix") ?? "");
  if (!parsed) throw new BadRequest('The parameter "prefix" has to name a group: groups/<name>.');
  const { name, rest } = parsed;
  const opened = d.groups.open(ctx.state.caller, name, { action: "read", path: rest, ...attempt });
  if (opened.group.isPublic) allowAnyOrigin(ctx);
  return { opened, rest: rest.replace(/^narratives(\/|$)/i, "") };
};

const available = (resource: Resource) => ({ request: resourcePath(resource) });

const getAvailable = async (ctx: Context, d: Deps): Promise<void> => {
  const prefix = withoutOuterSlashes(parameter(ctx, "prefix") ?? "/");
  if (prefix === "" || prefix.toLowerCase() === "groups") return getAllAvailable(ctx, d);
  const { opened, rest } = locate(ctx, d, { action: "list", path: "" });
  const { datasets, narratives } = await opened.list(ctx.state.signal);
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
  const listings = await inTurns(d.groups.openAll(caller), (group) => group.list(signal));
  const request = (resource: Resource) => ({ request: `/${resourcePath(resource)}` });
  answerJson(ctx, {
    datasets: listings.flatMap(({ datasets }) => datasets.map(request)),
    narratives: listings.flatMap(({ narratives }) => narratives.map(request)),
  });
};

const datasetFile = (type = "main"): DatasetFile | undefined => datasetFiles.find((known) => known === type);

const getDataset = async (ctx: Context, d: Deps): Promise<void> => {
  const { opened, rest } = locate(ctx, d, { file: datasetFile(valuesOf(ctx, "type")[0]) });
  if (encodedQuery(ctx) !== ctx.querystring) return sendToEncoded(ctx);
  const file = datasetFile(parameter(ctx, "type"));
  if (file === undefined) throw new BadRequest(`The parameter "type" can be ${datasetFiles.join(", ")}.`);
  const dataset = opened.at("dataset", rest, "read").openToRead();
  await answerFile(ctx, d, dataset, file).catch(async (error: unknown) => {
    if (file !== "main" || !(error instanceof NotFound)) throw error;
    await answerV1(ctx, d, dataset);
  });
};

/** Converted before the download takes its place, which then waits for nobody else's conversion. */
const answerV1 = async (ctx: Context, d: Deps, dataset: ReadableResource): Promise<void> => {
  const converted = await dataset.readV1((run) => d.admission.during(ctx, "render", run), ctx.state.signal);
  const file = { stat: async () => converted, read: async () => converted };
  await answerObject(ctx, d, file, {
    type: "application/json; charset=utf-8",
    fileName: fileName(dataset.resource, "main"),
  });
};

/** Auspice shows the `prefix` of the final address, decoded, as the page's path; "+" would become a space in it. */
const sendToEncoded = (ctx: Context): void => {
  ctx.status = 307;
  ctx.redirect(`${ctx.path}?${encodedQuery(ctx)}`);
};

const getNarrative = async (ctx: Context, d: Deps): Promise<void> => {
  const { opened, rest } = locate(ctx, d);
  if (!/^(md|markdown)$/i.test(parameter(ctx, "type") ?? "")) {
    throw new BadRequest('The parameter "type" has to be md.');
  }
  await answerFile(ctx, d, await narrativeAt(ctx, opened, rest), "main");
};

/** The exact name counts first; the one without its language is for old addresses, where there is no other. */
const narrativeAt = async (ctx: Context, opened: OpenGroup, rest: string): Promise<ReadableResource> => {
  const named = opened.at("narrative", rest, "read").openToRead();
  const other = withoutLanguage(rest);
  if (other === rest || (await named.exists(ctx.state.signal))) return named;
  return opened.at("narrative", other, "read").openToRead();
};

/** Narratives below `ncov` once had their language in their address; English was not stored so. */
const withoutLanguage = (path: string): string => {
  const parts = path.split("/");
  const language = parts.indexOf("en");
  return parts[0] === "ncov" && language > 0 ? parts.toSpliced(language, 1).join("/") : path;
};

const answerFile = (ctx: Context, d: Deps, readable: ReadableResource, file: DatasetFile): Promise<void> =>
  answerObject(ctx, d, readable.file(file), { fileName: fileName(readable.resource, file) });

const getSourceInfo = async (
  ctx: Context,
  d: Deps,
  sourceInfo: ReturnType<typeof sourceInfos>,
): Promise<void> => {
  const { opened } = locate(ctx, d, { path: "settings" });
  const info = await opened.info(ctx.state.signal);
  // Others may wait for it too: it goes on when this client leaves.
  const avatar = () => opened.avatar(AbortSignal.timeout(logoTime));
  ctx.set("Cache-Control", dataCache);
  answerTagged(ctx, await sourceInfo(info, avatar));
};

/** Milliseconds; the store has its own limits for each step. */
const logoTime = 60_000;
