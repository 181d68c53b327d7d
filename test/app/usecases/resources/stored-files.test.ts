import { describe, expect, it } from "vitest";
import { storedFiles } from "../../../../src/app/usecases/resources/stored-files.ts";
import { wholeContent, wholeText } from "../../../../src/app/usecases/resources/whole-content.ts";
import { UnusableObject } from "../../../../src/domain/failure.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { ETag, StoredObject } from "../../../../src/domain/resources/stored-object.ts";
import { dataSetup, signal, streamOf } from "./data-setup.ts";

const key = "blab/group-logo.png" as ObjectKey;

/** An object whose reader can be watched. */
const watched = (contentType: string, ...parts: string[]) => {
  const watch = { returned: false };
  const body = streamOf(...parts);
  const stored: StoredObject = {
    contentType,
    size: 1,
    etag: '"a"' as ETag,
    lastModified: 0,
    body: {
      [Symbol.asyncIterator]: () => ({
        next: () => body.next(),
        return: async () => {
          watch.returned = true;
          return { done: true, value: undefined };
        },
      }),
    },
  };
  return { watch, stored };
};

describe("a stored file", () => {
  it("that is not served is closed, so that its connection is free again", async () => {
    const d = dataSetup();
    const { watch, stored } = watched("text/html", "x");
    const files = storedFiles({
      store: { ...d.store, read: async () => stored },
      contentCheck: { check: () => streamOf() },
    });
    await expect(files.read(key, { kind: "logo" }, signal)).rejects.toThrow(UnusableObject);
    expect(watch.returned).toBe(true);
  });

  it("that is not there or is of another kind is told in a sentence", async () => {
    const { files, put } = dataSetup();
    const missing = "There is no such file here.";
    await expect(files.read(key, { kind: "logo" }, signal)).rejects.toThrow(missing);
    await expect(files.stat(key, { kind: "logo" }, signal)).rejects.toThrow(missing);
    await put(key, "x", "text/html");
    const unusable = "This file is stored under a type it cannot be served as.";
    await expect(files.read(key, { kind: "logo" }, signal)).rejects.toThrow(unusable);
    await expect(files.stat(key, { kind: "logo" }, signal)).rejects.toThrow(unusable);
  });
});

describe("the whole content of a file", () => {
  const compression = dataSetup().compression;

  it("is put together from its parts", async () => {
    const { stored } = watched("text/plain", "Größ", "", "e");
    expect(await wholeText(stored, compression, 100)).toBe("Größe");
    const parts = ["a", "b", "c"].map((letter) => letter.repeat(50_000));
    const large = await wholeContent(watched("x", ...parts).stored, compression, 200_000);
    expect(Buffer.from(large).toString()).toBe(parts.join(""));
    expect(large.buffer.byteLength).toBe(150_000);
  });

  it("may have as many bytes as the limit says, and not one more", async () => {
    expect(await wholeContent(watched("x", "123", "45").stored, compression, 5)).toHaveLength(5);
    const { watch, stored } = watched("x", "123", "456", "7");
    await expect(wholeContent(stored, compression, 5)).rejects.toThrow(UnusableObject);
    expect(watch.returned).toBe(true);
  });
});
