import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BadRequest, NotFound } from "../../../src/domain/failure.ts";
import { datasetsIn, narrativesIn } from "../../../src/domain/groups/listing.ts";
import {
  datasetFileName,
  datasetKey,
  datasetsPrefix,
  inFolder,
  narrativeFileName,
  narrativeKey,
  narrativesPrefix,
} from "../../../src/domain/resources/object-key.ts";
import type { Resource, ResourceAction } from "../../../src/domain/resources/resource.ts";
import {
  datasetFiles,
  parseResource,
  pathInGroup,
  sidecarNames,
} from "../../../src/domain/resources/resource.ts";
import { groupName } from "../sample.ts";

const group = groupName("blab");

/** Words, what names may not hold, and what means something of its own, much likelier than chance would have it. */
const piece = fc.oneof(
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.string({ unit: "grapheme", maxLength: 4 }),
  fc.constantFrom("..", ".", "/", "_", "\\", "@", ":", "%2f", "\0", "e\u0301", "\u00e9", "\ud800"),
  fc.constantFrom(...sidecarNames, "settings", "narratives", "group-overview", ".json", ".md", "datasets"),
);
const path = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
const slashed = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join("/"));
const long = fc.integer({ min: 100, max: 150 }).map((length) => "\u00e9".repeat(length));
const anyPath = fc.oneof(path, slashed, long);
const kind = fc.constantFrom<Resource["kind"]>("dataset", "narrative");
const action = fc.constantFrom<ResourceAction>("read", "upload", "delete");

/** Undefined when the path is refused, which is only ever a failure of the domain's. */
const parsed = (kindOf: Resource["kind"], text: string, why: ResourceAction): Resource | undefined => {
  try {
    return parseResource(kindOf, group, text, why);
  } catch (error) {
    if (error instanceof BadRequest || error instanceof NotFound) return undefined;
    throw error;
  }
};

const keysOf = (resource: Resource): readonly string[] =>
  resource.kind === "narrative"
    ? [narrativeKey(resource)]
    : datasetFiles.map((file) => datasetKey(resource, file));

describe("any path below a group", () => {
  it("that is accepted leads to itself again by its address", () => {
    fc.assert(
      fc.property(kind, anyPath, action, (kindOf, text, why) => {
        const resource = parsed(kindOf, text, why);
        fc.pre(resource !== undefined);
        const address = pathInGroup(resource);
        expect(
          new URL(`https://a.example/${resource.parts.map(encodeURIComponent).join("/")}`).pathname,
        ).toBe(`/${resource.parts.map(encodeURIComponent).join("/")}`);
        expect(parseResource(kindOf, group, address.replace(/^narratives\//, ""), why)).toEqual(resource);
        expect(kindOf === "dataset" && /^narratives\//i.test(address)).toBe(false);
      }),
    );
  });

  it("that may be uploaded may be read and deleted, and is the same resource", () => {
    fc.assert(
      fc.property(kind, anyPath, (kindOf, text) => {
        const uploaded = parsed(kindOf, text, "upload");
        fc.pre(uploaded !== undefined);
        expect(parsed(kindOf, text, "read")).toEqual(uploaded);
        expect(parsed(kindOf, text, "delete")).toEqual(uploaded);
      }),
    );
  });

  it("has keys in its own folder only, each one file of at most 255 bytes", () => {
    fc.assert(
      fc.property(kind, anyPath, action, (kindOf, text, why) => {
        const resource = parsed(kindOf, text, why);
        fc.pre(resource !== undefined);
        for (const key of keysOf(resource)) {
          const { folder, name } = inFolder(key as ReturnType<typeof datasetKey>);
          expect(folder).toBe(kindOf === "dataset" ? datasetsPrefix(group) : narrativesPrefix(group));
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(name).not.toMatch(/^\.{1,2}$|[\p{Cc}/]/u);
          expect(name.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("shares no key with another one that may be uploaded", () => {
    const near = fc
      .tuple(slashed, fc.constantFrom(...sidecarNames, "x", ""))
      .map(([text, end]) => [text, end === "" ? text : `${text}/${end}`]);
    const pair = fc.oneof(near, fc.tuple(anyPath, anyPath));
    fc.assert(
      fc.property(kind, pair, action, (kindOf, [one = "", other = ""], why) => {
        const [first, second] = [parsed(kindOf, one, "upload"), parsed(kindOf, other, why)];
        fc.pre(first !== undefined && second !== undefined && pathInGroup(first) !== pathInGroup(second));
        fc.pre(second.parts.length > 1 || why === "upload");
        const keys = new Set(keysOf(first));
        expect(keysOf(second).filter((key) => keys.has(key))).toEqual([]);
      }),
    );
  });
});

describe("a listing of any file names", () => {
  const ending = fc.constantFrom(".json", "_meta.json", "_tree.json", "_measurements.json", ".md", "");
  const fileName = fc
    .tuple(fc.array(piece, { maxLength: 4 }), ending)
    .map(([parts, end]) => parts.join("_") + end);
  /** No folder has the same name twice. */
  const fileNames = fc.uniqueArray(fileName, { maxLength: 8 });

  it("has only resources that their address leads to, each once, and each with a file of its own", () => {
    fc.assert(
      fc.property(fileNames, (names) => {
        const composed = new Set(names.map((name) => name.normalize("NFC")));
        const listed = [...datasetsIn(group, names), ...narrativesIn(group, names)].filter(
          (resource) => resource !== undefined,
        );
        expect(new Set(listed.map(pathInGroup)).size).toBe(listed.length);
        for (const resource of listed) {
          const address = resource.parts.join("/");
          expect(parseResource(resource.kind, group, address, "read")).toEqual(resource);
          const own =
            resource.kind === "narrative"
              ? [narrativeFileName(resource)]
              : [datasetFileName(resource, "main"), datasetFileName(resource, "meta")];
          expect(own.some((name) => composed.has(name))).toBe(true);
        }
      }),
    );
  });

  it("has whatever was uploaded, beside anything else", () => {
    fc.assert(
      fc.property(kind, slashed, fileNames, (kindOf, text, others) => {
        const resource = parsed(kindOf, text, "upload");
        fc.pre(resource !== undefined);
        const listed =
          kindOf === "dataset"
            ? [...datasetsIn(group, [datasetFileName(resource, "main"), ...others])]
            : [...narrativesIn(group, [narrativeFileName(resource), ...others])];
        expect(listed).toContainEqual(resource);
      }),
    );
  });
});
