import { describe, expect, it } from "vitest";
import type { ObjectKind } from "../../../src/domain/resources/media-type.ts";
import {
  datasetMediaType,
  datasetTypeOf,
  isReadableAs,
  isResourceMediaType,
  markdownMediaType,
  narrativeMediaType,
  pngMediaType,
  storedMediaType,
} from "../../../src/domain/resources/media-type.ts";
import { datasetTypes } from "../../../src/domain/resources/resource.ts";

describe("the media type of a dataset's file", () => {
  it.each(datasetTypes)("leads back to %s", (type) => {
    expect(datasetMediaType(type)).toBe(`application/vnd.nextstrain.dataset.${type}+json`);
    expect(datasetTypeOf(datasetMediaType(type))).toBe(type);
  });

  it("is that of main for plain JSON", () => {
    expect(datasetTypeOf("application/json")).toBe("main");
  });

  it.each([
    "application/vnd.nextstrain.dataset.meta+json",
    "application/vnd.nextstrain.dataset.tree+json",
    "application/vnd.nextstrain.dataset.+json",
    "text/html",
    "",
  ])("names no file that clients send or fetch: %j", (mediaType) => {
    expect(datasetTypeOf(mediaType)).toBeUndefined();
  });
});

describe("a type that only datasets and narratives are of", () => {
  it.each([narrativeMediaType, ...datasetTypes.map(datasetMediaType)])("is %s", (mediaType) => {
    expect(isResourceMediaType(mediaType)).toBe(true);
  });

  it.each(["application/json", markdownMediaType, pngMediaType, "*/*", datasetMediaType("meta")])(
    "is not %s",
    (mediaType) => {
      expect(isResourceMediaType(mediaType)).toBe(false);
    },
  );
});

const main: ObjectKind = { kind: "dataset", file: "main" };
const meta: ObjectKind = { kind: "dataset", file: "meta" };
const narrative: ObjectKind = { kind: "narrative" };
const logo: ObjectKind = { kind: "logo" };
const overview: ObjectKind = { kind: "overview" };

describe("the type an upload is stored under", () => {
  it.each([
    [main, "application/vnd.nextstrain.dataset.main+json"],
    [{ kind: "dataset", file: "tip-frequencies" }, "application/vnd.nextstrain.dataset.tip-frequencies+json"],
    [narrative, "text/vnd.nextstrain.narrative+markdown"],
    [logo, "image/png"],
    [overview, "text/markdown"],
  ] as const)("of %j is %s, and can be read back", (kind, type) => {
    expect(storedMediaType(kind)).toBe(type);
    expect(isReadableAs(kind, type)).toBe(true);
  });
});

describe("an object", () => {
  it.each([
    [main, "application/json"],
    [main, "text/plain"],
    [main, "application/octet-stream"],
    [main, "binary/octet-stream"],
    [main, "application/json; charset=utf-8"],
    [main, "Application/JSON"],
    [main, "  application/json ;x=y"],
    [meta, "application/json"],
    [narrative, "text/markdown"],
    [narrative, "text/plain; charset=utf-8"],
    [narrative, "text/x-anything"],
    [narrative, "binary/octet-stream"],
    [narrative, "application/octet-stream"],
    [logo, "image/png"],
    [logo, "application/octet-stream"],
    [logo, "binary/octet-stream"],
    [overview, "text/markdown; charset=utf-8"],
    [overview, "text/plain"],
    [overview, "application/octet-stream"],
    [overview, "binary/octet-stream"],
    [main, ""],
    [main, "application/gzip"],
  ] as const)("can be served as %j when it is stored as %s", (kind, type) => {
    expect(isReadableAs(kind, type)).toBe(true);
  });

  it.each([
    [main, "application/vnd.nextstrain.dataset.measurements+json"],
    [main, "text/html"],
    [main, "image/png"],
    [main, "application/jsonp"],
    [narrative, "application/json"],
    [narrative, "textual/x"],
    [logo, "image/svg+xml"],
    [logo, "text/x-anything"],
    [overview, "application/json"],
    [overview, "text/html"],
  ] as const)("cannot be served as %j when it is stored as %j", (kind, type) => {
    expect(isReadableAs(kind, type)).toBe(false);
  });
});

it("HTML is a text that a narrative may be stored as, and an overview may not", () => {
  expect(isReadableAs({ kind: "narrative" }, "text/html")).toBe(true);
  expect(isReadableAs({ kind: "overview" }, "text/html")).toBe(false);
  expect(isReadableAs({ kind: "overview" }, "text/x-markdown")).toBe(true);
});
