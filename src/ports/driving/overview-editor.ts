import type { FieldProblems, OverviewFields } from "../../domain/groups/overview-fields.ts";
import type { ETag } from "../../domain/resources/stored-object.ts";

export type OverviewContent =
  | { readonly kind: "fields"; readonly fields: OverviewFields; readonly source: string }
  /** Its front matter cannot be read, for this reason, so that there are no fields. */
  | { readonly kind: "source"; readonly source: string; readonly reason: string }
  /** It has more than 110 kB, or is damaged. */
  | { readonly kind: "unread" };

/** A group's overview as it is stored. */
export interface StoredOverview {
  readonly content: OverviewContent;
  /** Undefined: there is none, and the fields are empty. */
  readonly etag: ETag | undefined;
}

/** What is to be stored: fields, or the whole file. */
export type OverviewEdit =
  | { readonly kind: "fields"; readonly fields: OverviewFields }
  | { readonly kind: "source"; readonly source: string };

export type SaveOutcome =
  | { readonly kind: "saved" }
  | { readonly kind: "refused"; readonly problems: FieldProblems }
  /** Somebody else changed the overview meanwhile; nothing was stored. */
  | { readonly kind: "conflict"; readonly stored: StoredOverview };

/** Edits a group's overview in fields, for its owners. Both methods throw StoreDown, Busy and PartMissing. */
export interface OverviewEditor {
  read(signal: AbortSignal): Promise<StoredOverview>;
  /**
   * Stores an edit if the stored overview still has the tag `base`; undefined: if there is still none. Attributes of the
   * front matter that are no fields are kept.
   */
  save(edit: OverviewEdit, base: string | undefined, signal: AbortSignal): Promise<SaveOutcome>;
}
