import Router from "@koa/router";
import { BadRequest, NotFound } from "../../../domain/failure.ts";
import {
  datasetMediaType,
  datasetTypeOf,
  markdownMediaType,
  narrativeMediaType,
} from "../../../domain/resources/media-type.ts";
import { datasetFileName, narrativeFileName } from "../../../domain/resources/object-key.ts";
import type { DatasetFile, Resource, ResourceAction } from "../../../domain/resources/resource.ts";
import { datasetTypes } from "../../../domain/resources/resource.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { Groups, OpenGroup } from "../../../ports/driving/groups.ts";
import type { ReadableResource, ResourceAddress } from "../../../ports/driving/resources.ts";
import type { Context, RequestState } from "../context.ts";
import { openGroup } from "../groups/group-address.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { decodePath } from "../middleware/traversal.ts";
import type { Pages } from "../pages/page-answer.ts";
import { answerAllowed } from "../requests/allowed-methods.ts";
import { precondition } from "../requests/conditions.ts";
import { negotiate, preferredType } from "../requests/negotiation.ts";
import type { Admission } from "../streaming/admission.ts";
import { answerObject } from "./stored-object-answer.ts";
import { readUpload, uploadType } from "./upload.ts";

interface Deps {
  readonly groups: Groups;
  readonly compression: Compression;
  readonly admission: Admission;
  readonly pages: Pages;
}

const html = "text/html";
const offered = {
  dataset: [html, "application/json", ...datasetTypes.map(datasetMediaType)],
  narrative: [html, markdownMediaType, narrativeMediaType],
} as const satisfies Record<Resource["kind"], readonly [string, ...string[]]>;

/** Datasets and narratives at their addresses, for browsers and programs (http-api.md sections 2 to 7). */
export const resourceRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const path = (kind: Resource["kind"]) =>
    kind === "narrative" ? /^\/groups\/([^/]+)\/narratives\/(.+)$/i : /^\/groups\/([^/]+)\/(.+)$/i;
  for (const kind of ["narrative", "dataset"] as const) {
    router.get(path(kind), (ctx) => read(ctx, d, kind));
    router.put(path(kind), (ctx) => write(ctx, d, kind));
    router.delete(path(kind), (ctx) => remove(ctx, d, kind));
    router.options(path(kind), (ctx) => options(ctx, d, kind));
  }
  return router;
};

interface Located {
  readonly group: OpenGroup;
  readonly address: ResourceAddress;
}

/**
 * What the request's address names; undefined when the browser was sent to the canonical one instead.
 * @param type The media type that the client sends or wants, which names a file of a dataset.
 */
const locate = (
  ctx: Context,
  d: Deps,
  kind: Resource["kind"],
  action: ResourceAction,
  type = "",
): Located | undefined => {
  const group = openGroup(ctx, d.groups, kind === "dataset" ? datasetTypeOf(type) : undefined);
  if (!group) return undefined;
  return { group, address: group.at(kind, decodePath(ctx.captures?.[1] ?? ""), action) };
};

export const fileName = (resource: Resource, file: DatasetFile): string =>
  resource.kind === "dataset" ? datasetFileName(resource, file) : narrativeFileName(resource);

const read = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const preferred = preferredType<string>(ctx, offered[kind]);
  const located = locate(ctx, d, kind, "read", preferred);
  if (!located) return;
  const { group } = located.group;
  const readable = located.address.openToRead();
  const type = negotiate<string>(ctx, offered[kind], preferred);
  if (type === html) {
    await demandExists(ctx, readable);
    d.pages.auspice(ctx, group);
    return;
  }
  if (group.isPublic) allowAnyOrigin(ctx);
  const file = datasetTypeOf(type) ?? "main";
  await answerObject(ctx, d, readable.file(file), {
    type: `${type}; charset=utf-8`,
    fileName: fileName(readable.resource, file),
  });
};

const demandExists = async (ctx: Context, readable: ReadableResource): Promise<void> => {
  if (await readable.exists(ctx.state.signal)) return;
  throw new NotFound(`There is no such ${readable.resource.kind} here.`);
};

const write = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const located = locate(ctx, d, kind, "upload", uploadType(ctx));
  if (!located) return;
  if (kind === "narrative") refuseDataset(ctx);
  const accepted = kind === "narrative" ? [narrativeMediaType] : datasetTypes.map(datasetMediaType);
  const { opened, type, upload } = readUpload(ctx, accepted, () => located.address.openToWrite());
  const condition = precondition(ctx);
  const warnings: string[] = [];
  const warned = { ...upload, warn: (warning: string) => void warnings.push(warning) };
  await d.admission.during(ctx, "upload", () =>
    opened.write(datasetTypeOf(type) ?? "main", warned, condition, ctx.state.signal),
  );
  if (warnings.length > 0) ctx.set("Upload-Warnings", warnings.map(structuredString).join(", "));
  ctx.status = 204;
};

/** RFC 9651 section 4.1.6, for what is ASCII. */
const structuredString = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** The CLI sends `narratives_x.json` to the address of a narrative, and breaks down on a 415. */
const refuseDataset = (ctx: Context): void => {
  if (datasetTypes.some((type) => datasetMediaType(type) === uploadType(ctx))) {
    throw new BadRequest('This is a dataset, and a dataset\'s name cannot begin with "narratives".');
  }
};

const remove = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const located = locate(ctx, d, kind, "delete");
  if (!located) return;
  const condition = precondition(ctx);
  await located.address.openToWrite().remove(condition, ctx.state.signal);
  ctx.status = 204;
};

const options = (ctx: Context, d: Deps, kind: Resource["kind"]): void => {
  const located = locate(ctx, d, kind, "read");
  if (located) answerAllowed(ctx, located.address.openToRead().mayWrite);
};
