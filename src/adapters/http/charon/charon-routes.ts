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
import { revalidate } from "../middleware/security-headers.ts";
import { sendJson, sendTaggedJson } from "../requests/json-response.ts";
import { mapInBatches } from "../requests/map-in-batches.ts";
import { fileName } from "../resources/resource-routes.ts";
import { sendObject } from "../resources/stored-object-response.ts";
import type { Admission } from "../streaming/admission.ts";
import { sourceInfoCache } from "./source-info.ts";

interface Deps {
  readonly groups: Groups;
  readonly compression: Compression;
  readonly admission: Admission;
}

/** The API by which Auspice and the CLI list and fetch resources (http-api.md section 11). */
export const charonRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const sourceInfo = sourceInfoCache();
  router.get("/charon/getAvailable", (ctx) => getAvailable(ctx, d));
  router.get("/charon/getDataset", (ctx) => getDataset(ctx, d));
  router.get("/charon/getNarrative", (ctx) => getNarrative(ctx, d));
  router.get("/charon/getSourceInfo", (ctx) => getSourceInfo(ctx, d, sourceInfo));
  return router;
};

/**
 * Encodes what Auspice does not: it puts the page's path into `prefix` as it is, so "+" is no space, and what follows an
 * "&" without a "=" belongs to the path.
 */
const encodedQuery = (ctx: Context): string =>
  ctx.querystring.replaceAll("+", "%2B").replace(/&(?=[^&=]+(?:&|$))/g, "%26");

const parameterValues = (ctx: Context, name: string): readonly string[] =>
  new URLSearchParams(encodedQuery(ctx)).getAll(name);

/** Reads a query parameter. Throws BadRequest when it is repeated. */
const singleParameter = (ctx: Context, name: string): string | undefined => {
  const values = parameterValues(ctx, name);
  if (values.length > 1) throw new BadRequest(`The parameter "${name}" may be given only once.`);
  return values[0];
};

/** Parses `groups/<name>[/narratives][/<rest>]`, with or without slashes around it. */
const parsePrefix = (prefix: string): { name: string; rest: string } | undefined => {
  const [, name, rest] = /^groups\/+([^/]+)(?:\/+(.*))?$/is.exec(withoutOuterSlashes(prefix)) ?? [];
  return name === undefined ? undefined : { name, rest: rest ?? "" };
};

interface OpenedPrefix {
  readonly openGroup: OpenGroup;
  readonly rest: string;
}

/** Opens the group in the request's prefix. `attempt` overrides the recorded action and path, or adds the file. */
const openPrefix = (ctx: Context, d: Deps, attempt: Partial<Attempt> = {}): OpenedPrefix => {
  const parsed = parsePrefix(singleParameter(ctx, "prefix") ?? "");
  if (!parsed) throw new BadRequest('The parameter "prefix" has to name a group: groups/<name>.');
  const { name, rest } = parsed;
  const openGroup = d.groups.open(ctx.state.caller, name, { action: "read", path: rest, ...attempt });
  if (openGroup.group.isPublic) allowAnyOrigin(ctx);
  return { openGroup, rest: rest.replace(/^narratives(\/|$)/i, "") };
};

const availableEntry = (resource: Resource) => ({ request: resourcePath(resource) });

const getAvailable = async (ctx: Context, d: Deps): Promise<void> => {
  const prefix = withoutOuterSlashes(singleParameter(ctx, "prefix") ?? "/");
  if (prefix === "" || prefix.toLowerCase() === "groups") return getAllAvailable(ctx, d);
  const { openGroup, rest } = openPrefix(ctx, d, { action: "list", path: "" });
  const { datasets, narratives } = await openGroup.list(ctx.state.signal);
  ctx.set("Cache-Control", revalidate);
  sendJson(ctx, { datasets: withSecondTrees(datasets, rest), narratives: narratives.map(availableEntry) });
};

/** Only the dataset on the page gets its second trees, since those of all would grow with the square of their number. */
const withSecondTrees = (datasets: readonly Resource[], shown: string) => {
  const path = withoutOuterSlashes(shown.split(":", 1)[0] ?? "").normalize("NFC");
  const secondTrees = secondTreesOf(path, datasets).map(resourcePath);
  return datasets.map((dataset) => ({
    ...availableEntry(dataset),
    snapshots: false,
    secondTreeOptions: dataset.parts.join("/") === path ? secondTrees : [],
    buildUrl: null,
  }));
};

/** Lists all groups that the caller may read; here paths begin with a slash (http-api.md section 11). */
const getAllAvailable = async (ctx: Context, d: Deps): Promise<void> => {
  const { caller, signal } = ctx.state;
  const listings = await mapInBatches(d.groups.openAll(caller), (group) => group.list(signal));
  const request = (resource: Resource) => ({ request: `/${resourcePath(resource)}` });
  sendJson(ctx, {
    datasets: listings.flatMap(({ datasets }) => datasets.map(request)),
    narratives: listings.flatMap(({ narratives }) => narratives.map(request)),
  });
};

const datasetFile = (type = "main"): DatasetFile | undefined => datasetFiles.find((each) => each === type);

const getDataset = async (ctx: Context, d: Deps): Promise<void> => {
  const { openGroup, rest } = openPrefix(ctx, d, { file: datasetFile(parameterValues(ctx, "type")[0]) });
  if (encodedQuery(ctx) !== ctx.querystring) return redirectToEncoded(ctx);
  const file = datasetFile(singleParameter(ctx, "type"));
  if (file === undefined) throw new BadRequest(`The parameter "type" can be ${datasetFiles.join(", ")}.`);
  const dataset = openGroup.at("dataset", rest, "read").openToRead();
  await sendFile(ctx, d, dataset, file).catch(async (error: unknown) => {
    if (file !== "main" || !(error instanceof NotFound)) throw error;
    await sendConvertedV1(ctx, d, dataset);
  });
};

/** Converts before a download slot is acquired, so that no slot is held while a conversion waits. */
const sendConvertedV1 = async (ctx: Context, d: Deps, dataset: ReadableResource): Promise<void> => {
  const converted = await dataset.readV1((run) => d.admission.run(ctx, "render", run), ctx.state.signal);
  const file = { stat: async () => converted, read: async () => converted };
  await sendObject(ctx, d, file, {
    type: "application/json; charset=utf-8",
    fileName: fileName(dataset.resource, "main"),
  });
};

/** Auspice takes the page's path from the decoded `prefix` of the final URL, where "+" would become a space. */
const redirectToEncoded = (ctx: Context): void => {
  ctx.status = 307;
  ctx.redirect(`${ctx.path}?${encodedQuery(ctx)}`);
};

const getNarrative = async (ctx: Context, d: Deps): Promise<void> => {
  const { openGroup, rest } = openPrefix(ctx, d);
  if (!/^(md|markdown)$/i.test(singleParameter(ctx, "type") ?? "")) {
    throw new BadRequest('The parameter "type" has to be md.');
  }
  await sendFile(ctx, d, await findNarrative(ctx, openGroup, rest), "main");
};

/** The narrative of this name or else, for old links, the one without the language in its name. */
const findNarrative = async (ctx: Context, openGroup: OpenGroup, rest: string): Promise<ReadableResource> => {
  const exact = openGroup.at("narrative", rest, "read").openToRead();
  const legacyPath = withoutLanguage(rest);
  if (legacyPath === rest || (await exact.exists(ctx.state.signal))) return exact;
  return openGroup.at("narrative", legacyPath, "read").openToRead();
};

/** Paths of narratives below `ncov` once contained their language, and the names of English ones did not. */
const withoutLanguage = (path: string): string => {
  const parts = path.split("/");
  const language = parts.indexOf("en");
  return parts[0] === "ncov" && language > 0 ? parts.toSpliced(language, 1).join("/") : path;
};

const sendFile = (ctx: Context, d: Deps, readable: ReadableResource, file: DatasetFile): Promise<void> =>
  sendObject(ctx, d, readable.file(file), { fileName: fileName(readable.resource, file) });

const getSourceInfo = async (
  ctx: Context,
  d: Deps,
  sourceInfo: ReturnType<typeof sourceInfoCache>,
): Promise<void> => {
  const { openGroup } = openPrefix(ctx, d, { path: "settings" });
  const info = await openGroup.info(ctx.state.signal);
  // Not this request's signal: concurrent requests wait for the same response, which goes on without this client.
  const avatar = () => openGroup.avatar(AbortSignal.timeout(avatarTimeoutMs));
  ctx.set("Cache-Control", revalidate);
  sendTaggedJson(ctx, await sourceInfo(info, avatar));
};

/** The store has a limit for each of its requests too. */
const avatarTimeoutMs = 60_000;
