import type { Json, JsonObject } from "../brand.ts";
import { isWebsite } from "./group-info.ts";

/** A group's overview as its owners edit it: what the front matter says, and the text below it. */
export interface OverviewFields {
  readonly title: string;
  readonly byline: string;
  readonly website: string;
  readonly showDatasets: boolean;
  readonly showNarratives: boolean;
  /** Markdown. */
  readonly text: string;
}

/** Why fields are refused, in a sentence each for who filled them in. */
export type FieldProblems = Readonly<Partial<Record<"title" | "byline" | "website" | "text", string>>>;

/** In characters. */
export const maxTitleLength = 200;
export const maxBylineLength = 500;
export const maxWebsiteLength = 2000;
/** Bytes. A longer text is uploaded as a file. */
export const maxTextBytes = 100_000;

/** Attributes to be set in front matter; null removes one. */
export type AttributeChanges = Readonly<Record<string, string | boolean | null>>;

/** A value that is no text is shown as JSON, so that its owners see what there is. */
const shownText = (value: Json | undefined): string => {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
};

/** The fields of a stored overview. */
export const overviewFields = (attributes: JsonObject, body: string): OverviewFields => ({
  title: shownText(attributes["title"]),
  byline: shownText(attributes["byline"]),
  website: shownText(attributes["website"]),
  showDatasets: attributes["showDatasets"] !== false,
  showNarratives: attributes["showNarratives"] !== false,
  text: body.replaceAll("\r\n", "\n"),
});

/** Line terminators and other control characters. */
const control = /[\p{Cc}\u2028\u2029]/u;

const lineProblem = (name: string, value: string, maxLength: number): string | undefined => {
  if (control.test(value)) return `The ${name} has to be a single line of text.`;
  if (value.length > maxLength) return `The ${name} may have ${maxLength} characters at most.`;
  return undefined;
};

const websiteProblem = (value: string): string | undefined => {
  if (value === "" || isWebsite(value)) return undefined;
  return "This is not an address of a website. Write it with https:// in front, such as https://example.org.";
};

const textProblem = (value: string): string | undefined =>
  new TextEncoder().encode(value).length > maxTextBytes
    ? "The text may have 100 kB at most here. A longer one can be uploaded through the HTTP API."
    : undefined;

/** What cannot be used in these fields; none: all of them can. */
export const fieldProblems = ({ title, byline, website, text }: OverviewFields): FieldProblems => {
  const found = {
    title: lineProblem("title", title, maxTitleLength),
    byline: lineProblem("byline", byline, maxBylineLength),
    website: lineProblem("website", website, maxWebsiteLength) ?? websiteProblem(website),
    text: textProblem(text),
  };
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== undefined));
};

/** Which attributes have to change so that the front matter says what the fields do. An empty text is none. */
export const attributeChanges = (attributes: JsonObject, fields: OverviewFields): AttributeChanges => {
  const texts = (["title", "byline", "website"] as const).map(
    (name) => [name, fields[name] || null] as const,
  );
  const flags = (["showDatasets", "showNarratives"] as const).map((name) => [name, fields[name]] as const);
  return Object.fromEntries(
    [...texts, ...flags].filter(([name, value]) => (attributes[name] ?? null) !== value),
  );
};
