import { BadContent, PreconditionFailed } from "../../../domain/failure.ts";
import { attributeChanges, fieldProblems, overviewFields } from "../../../domain/groups/overview-fields.ts";
import type { ETag, Precondition } from "../../../domain/resources/stored-object.ts";
import type { FrontMatter } from "../../../ports/driven/resources/front-matter.ts";
import type {
  OverviewContent,
  OverviewEdit,
  OverviewEditor,
  SaveOutcome,
  StoredOverview,
} from "../../../ports/driving/overview-editor.ts";
import type { WritableFile } from "../../../ports/driving/stored-file.ts";

/** The overview's source, without its text when that cannot be edited on a page. */
export interface OverviewSource {
  readonly text: string | undefined;
  readonly etag: ETag;
}

interface Deps {
  readonly frontMatter: FrontMatter;
  readonly file: WritableFile;
  /** Undefined: there is none. */
  source(signal: AbortSignal): Promise<OverviewSource | undefined>;
  /** Called when what is stored is shown. */
  auditRead(): void;
}

export const overviewEditor = (d: Deps): OverviewEditor => {
  const load = async (signal: AbortSignal): Promise<StoredOverview> => {
    const stored = await d.source(signal);
    return { content: await contentOf(d.frontMatter, stored ? stored.text : ""), etag: stored?.etag };
  };
  const read = async (signal: AbortSignal): Promise<StoredOverview> => {
    const stored = await load(signal);
    if (stored.etag !== undefined) d.auditRead();
    return stored;
  };
  const save = async (
    edit: OverviewEdit,
    base: string | undefined,
    signal: AbortSignal,
  ): Promise<SaveOutcome> => {
    const { content, etag } = await load(signal);
    const source = await editedSource(d.frontMatter, content, edit);
    // A form that is sent twice changes nothing the second time.
    if (content.kind !== "unread" && content.source === source) return { kind: "saved" };
    if (etag !== base) return { kind: "conflict", stored: await read(signal) };
    const condition: Precondition =
      etag === undefined ? { kind: "absent" } : { kind: "matches", etags: [etag] };
    try {
      await d.file.write({ encoding: "identity", body: bytesOf(source) }, condition, signal);
      return { kind: "saved" };
    } catch (error) {
      if (error instanceof PreconditionFailed) return { kind: "conflict", stored: await read(signal) };
      throw error;
    }
  };
  return {
    read,
    save: async (edit, base, signal) => {
      const problems = edit.kind === "fields" ? fieldProblems(edit.fields) : {};
      if (Object.keys(problems).length > 0) return { kind: "refused", problems };
      return save(edit, base, signal).catch(refusedIfBad);
    },
  };
};

const refusedIfBad = (error: unknown): SaveOutcome => {
  if (!(error instanceof BadContent)) throw error;
  return { kind: "refused", problems: { text: error.message } };
};

const contentOf = async (frontMatter: FrontMatter, text: string | undefined): Promise<OverviewContent> => {
  if (text === undefined) return { kind: "unread" };
  try {
    const { attributes, body } = await frontMatter.parse(text);
    return { kind: "fields", fields: overviewFields(attributes, body), source: text };
  } catch (error) {
    if (!(error instanceof BadContent)) throw error;
    return { kind: "source", source: text, reason: error.message };
  }
};

/** The new source. What cannot be read is replaced as a whole. */
const editedSource = async (
  frontMatter: FrontMatter,
  content: OverviewContent,
  edit: OverviewEdit,
): Promise<string> => {
  if (edit.kind === "source") return edit.source;
  const present = content.kind === "fields" ? content.source : "";
  const { attributes } = await frontMatter.parse(present);
  return frontMatter.replace(present, attributeChanges(attributes, edit.fields), edit.fields.text);
};

const bytesOf = async function* (text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
};
