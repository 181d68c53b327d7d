import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * Where a name lies below a root folder. Any text is taken and none escapes: what is not a small ASCII
 * letter, a digit, a dot or a hyphen is percent-encoded byte by byte. So names that differ only in letter
 * case or in their Unicode form stay apart on disks that ignore these, and nothing begins with a dot.
 * Parts that are too long for a folder's name go on in the folder below. The endings tell what a folder is
 * (none of them occurs in a name): a value, the continuation of a name, or, without one, names below it.
 */

const maxComponentBytes = 200;
const valueEnding = "=";
const continuationEnding = "~";
const emptyPart = "%";

const percent = (byte: number): string => `%${byte.toString(16).padStart(2, "0")}`;

/** Text that no UTF-8 can hold would become the same replacement character, whatever it was. */
const bytesOf = (text: string): Buffer => {
  if (!text.isWellFormed()) throw new TypeError("A stored name has to be well-formed Unicode.");
  return Buffer.from(text);
};

const encode = (part: string): string => {
  const encoded = bytesOf(part)
    .toString("latin1")
    .replace(/^\.|[^a-z0-9.-]/g, (character) => percent(character.charCodeAt(0)));
  return encoded === "" ? emptyPart : encoded;
};

const decode = (encoded: string): string => (encoded === emptyPart ? "" : decodeURIComponent(encoded));

/** The folders that a part of a name becomes, the last of them without an ending. */
const components = (part: string): string[] => {
  const pieces = encode(part).match(new RegExp(`.{1,${maxComponentBytes - 1}}`, "g")) ?? [];
  return pieces.map((piece, index) => (index < pieces.length - 1 ? piece + continuationEnding : piece));
};

/** The folder whose names are the parts below these. */
export const folderOf = (root: string, parts: readonly string[]): string =>
  join(root, ...parts.flatMap(components));

/** The folder of the value of this name. */
export const valueFolder = (root: string, parts: readonly [string, ...string[]]): string =>
  folderOf(root, parts) + valueEnding;

/**
 * The folder of the value of a name that may be of any length, or that nobody has to read in a listing of
 * files or in an error's message, such as a session's id.
 */
export const hashedFolder = (root: string, name: string): string =>
  valueFolder(root, [createHash("sha256").update(name).digest("hex")]);

/** What a folder's name says; undefined for names that are none of ours. */
export type Component =
  | { readonly kind: "value" | "names"; readonly part: string }
  | { readonly kind: "continuation"; readonly piece: string };

/**
 * Reads a folder's name.
 * @param before The pieces of the part that the folders above have, in order.
 */
export const parseComponent = (name: string, before: string): Component | undefined => {
  const kind = name.endsWith(valueEnding)
    ? "value"
    : name.endsWith(continuationEnding)
      ? "continuation"
      : "names";
  const piece = before + (kind === "names" ? name : name.slice(0, -1));
  if (!/^(%|([a-z0-9.-]|%[0-9a-f]{0,2})+)$/.test(piece) || piece.startsWith(".")) return undefined;
  if (kind === "continuation") return { kind, piece };
  try {
    return { kind, part: decode(piece) };
  } catch {
    // Bytes that are no UTF-8: no name of ours.
    return undefined;
  }
};
