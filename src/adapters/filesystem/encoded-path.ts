import { createHash } from "node:crypto";
import { join } from "node:path";

/**
 * Maps names to paths below a root folder, injectively: any text is accepted, and no path leaves the root. Bytes other
 * than small ASCII letters, digits, dots and hyphens are percent-encoded, and so is a leading dot. Therefore names
 * that differ only in letter case or Unicode normalization stay distinct on file systems that ignore these, and names
 * that begin with a dot are free for other uses. A part that is too long for one path component continues in the folder
 * below. A suffix, which occurs in no encoded name, tells what a folder is: "=" a slot, "~" a part that continues, none
 * a prefix of further names.
 */

const maxComponentBytes = 200;
const slotSuffix = "=";
const continuationSuffix = "~";
const emptyPart = "%";

const percentEncode = (byte: number): string => `%${byte.toString(16).padStart(2, "0")}`;

/** UTF-8 would replace every lone surrogate by the same character, and two names would share a path. */
const utf8Bytes = (text: string): Buffer => {
  if (!text.isWellFormed()) throw new TypeError("A stored name has to be well-formed Unicode.");
  return Buffer.from(text);
};

const encodePart = (part: string): string => {
  const encoded = utf8Bytes(part)
    .toString("latin1")
    .replace(/^\.|[^a-z0-9.-]/g, (character) => percentEncode(character.charCodeAt(0)));
  return encoded === "" ? emptyPart : encoded;
};

const decodePart = (encoded: string): string => (encoded === emptyPart ? "" : decodeURIComponent(encoded));

/** The path components of one part of a name; the last of them has no suffix yet. */
const componentsOf = (part: string): string[] => {
  const pieces = encodePart(part).match(new RegExp(`.{1,${maxComponentBytes - 1}}`, "g")) ?? [];
  return pieces.map((piece, index) => (index < pieces.length - 1 ? piece + continuationSuffix : piece));
};

/** The folder that contains all names beginning with these parts. */
export const prefixFolder = (root: string, parts: readonly string[]): string =>
  join(root, ...parts.flatMap(componentsOf));

/** The folder of the slot with this name. */
export const slotFolder = (root: string, parts: readonly [string, ...string[]]): string =>
  prefixFolder(root, parts) + slotSuffix;

/**
 * The folder of a slot whose name may be of any length, or must not appear in listings and error messages, such as a
 * session id.
 */
export const hashedSlotFolder = (root: string, name: string): string =>
  slotFolder(root, [createHash("sha256").update(name).digest("hex")]);

/** A decoded path component. */
export type Component =
  | { readonly kind: "slot" | "prefix"; readonly part: string }
  | { readonly kind: "continuation"; readonly piece: string };

const kindOf = (component: string): Component["kind"] => {
  if (component.endsWith(slotSuffix)) return "slot";
  return component.endsWith(continuationSuffix) ? "continuation" : "prefix";
};

/**
 * Decodes a path component. Undefined for a name that this module does not produce.
 * @param precedingPieces The pieces of the same part in the folders above, joined.
 */
export const parseComponent = (component: string, precedingPieces: string): Component | undefined => {
  const kind = kindOf(component);
  const piece = precedingPieces + (kind === "prefix" ? component : component.slice(0, -1));
  if (!/^(%|([a-z0-9.-]|%[0-9a-f]{0,2})+)$/.test(piece) || piece.startsWith(".")) return undefined;
  if (kind === "continuation") return { kind, piece };
  try {
    return { kind, part: decodePart(piece) };
  } catch {
    // The bytes are not valid UTF-8, so another program made this folder.
    return undefined;
  }
};
