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
import { openGroup } from "../groups/open-group.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { decodePath } from "../middleware/traversal.ts";
import type { Pages } from "../pages/pages.ts";
import { sendAllowedMethods } from "../requests/allowed-methods.ts";
import { negotiate, preferredType } from "../requests/negotiation.ts";
import { precondition } from "../requests/precondition.ts";
import type { Admission } from "../streaming/admission.ts";
import { sendObject } from "./stored-object-response.ts";
import { readUpload, uploadMediaType } from "./upload.ts";

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

/** GET, PUT, DELETE and OPTIONS of datasets and narratives, for browsers and programs (http-api.md sections 2 to 7). */
export const resourceRoutes = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  const path = (kind: Resource["kind"]) =>
    kind === "narrative" ? /^\/groups\/([^/]+)\/narratives\/(.+)$/i : /^\/groups\/([^/]+)\/(.+)$/i;
  for (const kind of ["narrative", "dataset"] as const) {
    router.get(path(kind), (ctx) => handleGet(ctx, d, kind));
    router.put(path(kind), (ctx) => handlePut(ctx, d, kind));
    router.delete(path(kind), (ctx) => handleDelete(ctx, d, kind));
    router.options(path(kind), (ctx) => handleOptions(ctx, d, kind));
  }
  return router;
};

interface OpenedAddress {
  readonly group: OpenGroup;
  readonly address: ResourceAddress;
}

/**
 * Opens the group and the address in the request's path. `type` is the media type that the client sends or accepts, which
 * selects a file of a dataset. Undefined: the client was redirected to the canonical path.
 */
const openAddress = (
  ctx: Context,
  d: Deps,
  kind: Resource["kind"],
  action: ResourceAction,
  type = "",
): OpenedAddress | undefined => {
  const group = openGroup(ctx, d.groups, kind === "dataset" ? datasetTypeOf(type) : undefined);
  if (!group) return undefined;
  return { group, address: group.at(kind, decodePath(ctx.captures?.[1] ?? ""), action) };
};

export const fileName = (resource: Resource, file: DatasetFile): string =>
  resource.kind === "dataset" ? datasetFileName(resource, file) : narrativeFileName(resource);

const handleGet = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const preferred = preferredType<string>(ctx, offered[kind]);
  const opened = openAddress(ctx, d, kind, "read", preferred);
  if (!opened) return;
  const { group } = opened.group;
  const readable = opened.address.openToRead();
  const type = negotiate<string>(ctx, offered[kind], preferred);
  if (type === html) {
    await requireExists(ctx, readable);
    d.pages.auspice(ctx, group);
    return;
  }
  if (group.isPublic) allowAnyOrigin(ctx);
  const file = datasetTypeOf(type) ?? "main";
  await sendObject(ctx, d, readable.file(file), {
    type: `${type}; charset=utf-8`,
    fileName: fileName(readable.resource, file),
  });
};

const requireExists = async (ctx: Context, readable: ReadableResource): Promise<void> => {
  if (await readable.exists(ctx.state.signal)) return;
  throw new NotFound(`There is no such ${readable.resource.kind} here.`);
};

const handlePut = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const opened = openAddress(ctx, d, kind, "upload", uploadMediaType(ctx));
  if (!opened) return;
  if (kind === "narrative") rejectDataset(ctx);
  const acceptedTypes = kind === "narrative" ? [narrativeMediaType] : datasetTypes.map(datasetMediaType);
  const {
    opened: resource,
    type,
    upload,
  } = readUpload(ctx, acceptedTypes, () => opened.address.openToWrite());
  const condition = precondition(ctx);
  const warnings: string[] = [];
  const uploadWithWarnings = { ...upload, warn: (warning: string) => void warnings.push(warning) };
  await d.admission.run(ctx, "upload", () =>
    resource.write(datasetTypeOf(type) ?? "main", uploadWithWarnings, condition, ctx.state.signal),
  );
  if (warnings.length > 0) ctx.set("Upload-Warnings", warnings.map(structuredFieldString).join(", "));
  ctx.status = 204;
};

/** Serializes ASCII text as a string of a structured field (RFC 9651 section 4.1.6). */
const structuredFieldString = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** The CLI uploads `narratives_x.json` to the path of a narrative, and cannot handle a 415. */
const rejectDataset = (ctx: Context): void => {
  if (datasetTypes.some((type) => datasetMediaType(type) === uploadMediaType(ctx))) {
    throw new BadRequest('This is a dataset, and a dataset\'s name cannot begin with "narratives".');
  }
};

const handleDelete = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const opened = openAddress(ctx, d, kind, "delete");
  if (!opened) return;
  const condition = precondition(ctx);
  await opened.address.openToWrite().remove(condition, ctx.state.signal);
  ctx.status = 204;
};

const handleOptions = (ctx: Context, d: Deps, kind: Resource["kind"]): void => {
  const opened = openAddress(ctx, d, kind, "read");
  if (opened) sendAllowedMethods(ctx, opened.address.openToRead().mayWrite);
};
