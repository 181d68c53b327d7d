import Router from "@koa/router";
import { BadRequest, NotFound } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import {
  datasetMediaType,
  datasetTypeOf,
  markdownMediaType,
  narrativeMediaType,
} from "../../../domain/resources/media-type.ts";
import { datasetFileName, narrativeFileName } from "../../../domain/resources/object-key.ts";
import type { Resource, ResourceAction } from "../../../domain/resources/resource.ts";
import { datasetTypes } from "../../../domain/resources/resource.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { Groups } from "../../../ports/driving/groups.ts";
import type { ResourceFile, Resources } from "../../../ports/driving/resources.ts";
import type { Context, RequestState } from "../context.ts";
import { canonicalGroup } from "../groups/group-address.ts";
import { allowAnyOrigin } from "../middleware/cross-site.ts";
import { decodePath } from "../middleware/traversal.ts";
import type { Pages } from "../pages/page-answer.ts";
import { answerAllowed } from "../requests/allowed-methods.ts";
import { precondition } from "../requests/conditions.ts";
import { negotiate } from "../requests/negotiation.ts";
import type { Admission } from "../streaming/admission.ts";
import { answerObject } from "./stored-object-answer.ts";
import { readUpload, uploadType } from "./upload.ts";

interface Deps {
  readonly groups: Groups;
  readonly resources: Resources;
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

/** The resource at the request's address; undefined when the browser was sent to the canonical one instead. */
const locate = (
  ctx: Context,
  d: Deps,
  kind: Resource["kind"],
  action: ResourceAction,
): { group: Group; resource: Resource } | undefined => {
  const group = canonicalGroup(ctx, d.groups);
  if (!group) return undefined;
  const rest = decodePath(ctx.captures?.[1] ?? "");
  return { group, resource: d.resources.at(group, kind, rest, action) };
};

const fileOf = (resource: Resource, mediaType: string): ResourceFile => {
  if (resource.kind === "narrative") return { kind: "narrative", resource };
  return { kind: "dataset", resource, file: datasetTypeOf(mediaType) ?? "main" };
};

export const fileName = (file: ResourceFile): string =>
  file.kind === "dataset" ? datasetFileName(file.resource, file.file) : narrativeFileName(file.resource);

const read = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const located = locate(ctx, d, kind, "read");
  if (!located) return;
  const { group, resource } = located;
  const { caller, signal } = ctx.state;
  d.resources.permit(caller, "read", resource);
  const type = negotiate(ctx, offered[kind]);
  if (type === html) return showAuspice(ctx, d, group, resource);
  if (group.isPublic) allowAnyOrigin(ctx);
  const file = fileOf(resource, type);
  await answerObject(ctx, d, {
    type: `${type}; charset=utf-8`,
    fileName: fileName(file),
    stat: () => d.resources.stat(caller, file, signal),
    read: () => d.resources.read(caller, file, signal),
  });
};

const showAuspice = async (ctx: Context, d: Deps, group: Group, resource: Resource): Promise<void> => {
  if (!(await d.resources.exists(ctx.state.caller, resource, ctx.state.signal))) {
    throw new NotFound(`There is no such ${resource.kind} here.`);
  }
  d.pages.auspice(ctx, group);
};

const write = async (ctx: Context, d: Deps, kind: Resource["kind"]): Promise<void> => {
  const located = locate(ctx, d, kind, "upload");
  if (!located) return;
  const { caller, signal } = ctx.state;
  if (kind === "narrative") refuseDataset(ctx);
  const accepted = kind === "narrative" ? [narrativeMediaType] : datasetTypes.map(datasetMediaType);
  const upload = readUpload(ctx, accepted, () => d.resources.permit(caller, "write", located.resource));
  const file = fileOf(located.resource, upload.type);
  const condition = precondition(ctx);
  const warnings: string[] = [];
  const warned = { ...upload, warn: (warning: string) => void warnings.push(warning) };
  await d.admission.during(ctx, "upload", () => d.resources.write(caller, file, warned, condition, signal));
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
  await d.resources.remove(ctx.state.caller, located.resource, precondition(ctx), ctx.state.signal);
  ctx.status = 204;
};

const options = (ctx: Context, d: Deps, kind: Resource["kind"]): void => {
  const located = locate(ctx, d, kind, "read");
  if (!located) return;
  d.resources.permit(ctx.state.caller, "read", located.resource);
  answerAllowed(ctx, d.resources.isPermitted(ctx.state.caller, "write", located.resource));
};
