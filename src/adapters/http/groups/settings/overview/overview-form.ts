import { BadRequest } from "../../../../../domain/failure.ts";
import type { FieldProblems, OverviewFields } from "../../../../../domain/groups/overview-fields.ts";
import { fieldProblems } from "../../../../../domain/groups/overview-fields.ts";
import type {
  OverviewContent,
  OverviewEdit,
  StoredOverview,
} from "../../../../../ports/driving/overview-editor.ts";
import type { Overview } from "../../overview/overview.ts";

/** The part of the settings page in which the overview is edited. */
export interface OverviewForm {
  /** "unread": a script fetches the text, and sends it to the overview's own address. */
  readonly edit: OverviewEdit | { readonly kind: "unread" };
  /** The tag of the overview that was edited, or an empty string if there was none. */
  readonly base: string;
  readonly problems?: FieldProblems;
  readonly notice?: OverviewNotice;
  readonly preview?: Overview;
}

export type OverviewNotice =
  | { readonly kind: "saved" }
  /** Some fields cannot be used. */
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly message: string }
  /** What somebody else stored; `text` is undefined when that cannot be shown. */
  | { readonly kind: "conflict"; readonly text: string | undefined; readonly isDeleted: boolean };

const line = (form: URLSearchParams, name: string): string => (form.get(name) ?? "").trim();

/** A form's text has CRLF, and what is stored has LF. */
const lines = (text: string): string => text.replaceAll(/\r\n?/g, "\n");

/** Parses what was submitted. Throws BadRequest for another form. */
export const parseOverviewForm = (form: URLSearchParams): { edit: OverviewEdit; base: string } => {
  const base = form.get("base") ?? "";
  const source = form.get("source");
  if (source !== null) return { edit: { kind: "source", source: lines(source) }, base };
  const text = form.get("text");
  if (text === null) throw new BadRequest("This is not the form of a group's settings.");
  const fields: OverviewFields = {
    title: line(form, "title"),
    byline: line(form, "byline"),
    website: line(form, "website"),
    showDatasets: form.has("showDatasets"),
    showNarratives: form.has("showNarratives"),
    text: lines(text),
  };
  return { edit: { kind: "fields", fields }, base };
};

/** The form for what is stored, with what is wrong with it. */
export const storedOverviewForm = ({ content, etag }: StoredOverview): OverviewForm => {
  const base = etag ?? "";
  switch (content.kind) {
    case "fields":
      return { edit: content, base, problems: fieldProblems(content.fields) };
    case "source":
      return { edit: content, base, problems: { text: content.reason } };
    case "unread":
      return { edit: content, base };
  }
};

/** The form with what cannot be used of it. */
export const refusedForm = (form: OverviewForm, problems: FieldProblems): OverviewForm => ({
  ...form,
  problems,
  notice: { kind: "refused" },
});

/** The form after a conflict: with the own edit, and on top of what is stored now. */
export const conflictForm = (edit: OverviewEdit, { content, etag }: StoredOverview): OverviewForm => ({
  edit,
  base: etag ?? "",
  notice: { kind: "conflict", text: sourceOf(content), isDeleted: etag === undefined },
});

const sourceOf = (content: OverviewContent): string | undefined =>
  content.kind === "unread" ? undefined : content.source;
