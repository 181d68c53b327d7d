import type { RunningServer } from "../server/running-server.ts";

export const datasetType = (file: string): string => `application/vnd.nextstrain.dataset.${file}+json`;
export const mainType = datasetType("main");
export const narrativeType = "text/vnd.nextstrain.narrative+markdown";

export const mainDataset = JSON.stringify({ version: "v2", meta: { title: "ours" }, tree: { name: "root" } });
export const narrative = "---\ntitle: ours\n---\n\n# One\n";

/** A PUT, by default by an owner of the group blab. */
export const put = async (
  server: RunningServer,
  path: string,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
) =>
  server.ask({
    method: "PUT",
    path,
    headers: {
      Authorization: await server.bearer("olga", "blab/owners", "test-private/owners"),
      Accept: "application/json",
      "Content-Type": type,
      "Content-Length": String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  });

/** A GET by the same owner; without Accept-Encoding, the response is not compressed. */
export const get = async (
  server: RunningServer,
  path: string,
  type: string,
  headers: Readonly<Record<string, string>> = {},
) =>
  server.ask({
    path,
    headers: {
      Authorization: await server.bearer("olga", "blab/owners", "test-private/owners"),
      Accept: type,
      ...headers,
    },
  });
