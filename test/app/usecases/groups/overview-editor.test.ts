import { describe, expect, it } from "vitest";
import { overviewEditor } from "../../../../src/app/usecases/groups/overview-editor.ts";
import { BadContent, Busy, PreconditionFailed, StoreDown } from "../../../../src/domain/failure.ts";
import type { OverviewFields } from "../../../../src/domain/groups/overview-fields.ts";
import type { ETag, Precondition } from "../../../../src/domain/resources/stored-object.ts";
import { signal } from "../resources/data-setup.ts";

const fields: OverviewFields = {
  title: "Our lab",
  byline: "",
  website: "",
  showDatasets: true,
  showNarratives: true,
  text: "# Hello\n",
};
const edit = { kind: "fields", fields } as const;

/** A stored overview whose front matter is the JSON of its first line; "broken" cannot be read. */
const setup = (initial?: string | { readonly unread: true }) => {
  let version = 1;
  let stored: string | undefined = typeof initial === "string" ? initial : undefined;
  const isUnread = typeof initial === "object";
  const isThere = () => stored !== undefined || isUnread;
  const writes: Precondition[] = [];
  const reads: number[] = [];
  const tag = () => `"${version}"` as ETag;
  const file = {
    write: async (upload: { body: AsyncIterable<Uint8Array> }, condition: Precondition) => {
      writes.push(condition);
      const text = Buffer.concat(await Array.fromAsync(upload.body)).toString();
      if (text.includes("broken")) throw new BadContent("It is broken.");
      stored = text;
      version += 1;
    },
    remove: async () => undefined,
  };
  const frontMatter = {
    parse: async (text: string) => {
      if (text.startsWith("broken")) throw new BadContent("It is broken.");
      const [first = "", ...others] = text.split("\n");
      return first.startsWith("{")
        ? { attributes: JSON.parse(first), body: others.join("\n") }
        : { attributes: {}, body: text };
    },
    replace: async (text: string, changes: object, body: string) => {
      const { attributes } = await frontMatter.parse(text);
      return `${JSON.stringify({ ...attributes, ...changes })}\n${body}`;
    },
  };
  const source = async () => (isThere() ? { text: stored, etag: tag() } : undefined);
  const deps = { file, frontMatter, source, auditRead: () => reads.push(version) };
  return { ...deps, editor: overviewEditor(deps), writes, reads, text: () => stored, tag };
};

describe("an overview that is edited", () => {
  it("has fields, its source and its tag", async () => {
    const d = setup('{"title":"A","more":1}\nWords.\n');
    expect(await d.editor.read(signal)).toEqual({
      content: {
        kind: "fields",
        fields: { ...fields, title: "A", text: "Words.\n" },
        source: '{"title":"A","more":1}\nWords.\n',
      },
      etag: '"1"',
    });
    expect(d.reads).toHaveLength(1);
  });

  it("has empty fields when there is none, and no read is audited", async () => {
    const d = setup();
    expect(await d.editor.read(signal)).toMatchObject({
      content: { kind: "fields", fields: { title: "", text: "" } },
      etag: undefined,
    });
    expect(d.reads).toEqual([]);
  });

  it("has no fields when it cannot be read", async () => {
    expect(await setup("broken").editor.read(signal)).toEqual({
      content: { kind: "source", source: "broken", reason: "It is broken." },
      etag: '"1"',
    });
    expect(await setup({ unread: true }).editor.read(signal)).toEqual({
      content: { kind: "unread" },
      etag: '"1"',
    });
  });

  it("is an outage when reading it fails for another reason", async () => {
    const d = setup("x");
    const parse = () => Promise.reject(new Busy());
    const editor = overviewEditor({ ...d, frontMatter: { ...d.frontMatter, parse } });
    await expect(editor.read(signal)).rejects.toThrow(Busy);
  });
});

describe("an edited overview", () => {
  it("is stored over what was read, with what is no field", async () => {
    const d = setup('{"title":"A","more":1}\nWords.\n');
    expect(await d.editor.save(edit, '"1"', signal)).toEqual({ kind: "saved" });
    expect(d.text()).toBe(
      '{"title":"Our lab","more":1,"showDatasets":true,"showNarratives":true}\n# Hello\n',
    );
    expect(d.writes).toEqual([{ kind: "matches", etags: ['"1"'] }]);
    expect(d.reads).toEqual([]);
  });

  it("is stored where there was none", async () => {
    const d = setup();
    expect(await d.editor.save(edit, undefined, signal)).toEqual({ kind: "saved" });
    expect(d.writes).toEqual([{ kind: "absent" }]);
  });

  it("may be the whole file", async () => {
    const d = setup("broken");
    expect(await d.editor.save({ kind: "source", source: "mended" }, '"1"', signal)).toEqual({
      kind: "saved",
    });
    expect(d.text()).toBe("mended");
  });

  it("is refused with fields that cannot be used, before anything is read", async () => {
    const d = setup();
    const source = () => Promise.reject(new StoreDown());
    const bad = { kind: "fields", fields: { ...fields, title: "a\nb", website: "x" } } as const;
    expect(await overviewEditor({ ...d, source }).save(bad, undefined, signal)).toEqual({
      kind: "refused",
      problems: { title: expect.any(String), website: expect.any(String) },
    });
  });

  it("is refused with the check's sentence", async () => {
    const d = setup("x");
    expect(await d.editor.save({ kind: "source", source: "broken" }, '"1"', signal)).toEqual({
      kind: "refused",
      problems: { text: "It is broken." },
    });
    expect(d.text()).toBe("x");
  });

  it.each<[string, string | undefined, string | undefined]>([
    ["changed", "theirs", '"0"'],
    ["made", "theirs", undefined],
    ["deleted", undefined, '"1"'],
  ])("is not stored when somebody else %s it", async (_, theirs, base) => {
    const d = setup(theirs);
    expect(await d.editor.save(edit, base, signal)).toEqual({
      kind: "conflict",
      stored: await d.editor.read(signal),
    });
    expect([d.text(), d.writes]).toEqual([theirs, []]);
  });

  it("is not stored when somebody else changes it in the same moment", async () => {
    const d = setup("theirs");
    const write = () => Promise.reject(new PreconditionFailed());
    const editor = overviewEditor({ ...d, file: { ...d.file, write } });
    expect(await editor.save(edit, '"1"', signal)).toMatchObject({ kind: "conflict" });
    expect(d.reads).toHaveLength(1);
  });

  it("may be sent twice", async () => {
    const d = setup("x");
    for (const _ of [1, 2]) expect(await d.editor.save(edit, '"1"', signal)).toEqual({ kind: "saved" });
    expect(d.writes).toHaveLength(1);
  });

  it.each(["broken", { unread: true } as const])(
    "replaces as a whole what cannot be read, %j, by somebody who has its tag",
    async (stored) => {
      const d = setup(stored);
      expect(await d.editor.save(edit, '"0"', signal)).toMatchObject({ kind: "conflict" });
      expect(await d.editor.save(edit, '"1"', signal)).toEqual({ kind: "saved" });
      expect(d.text()).toMatch(/^\{"title":"Our lab"/);
    },
  );

  it("is not said to be stored during an outage", async () => {
    const d = setup("x");
    const write = () => Promise.reject(new StoreDown());
    const editor = overviewEditor({ ...d, file: { ...d.file, write } });
    await expect(editor.save(edit, '"1"', signal)).rejects.toThrow(StoreDown);
  });
});
