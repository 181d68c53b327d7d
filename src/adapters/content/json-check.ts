/**
 * A state machine over bytes that accepts exactly the JSON text (RFC 8259) that `JSON.parse` accepts. Of the
 * libraries that read JSON in pieces, those that are strict make a third of its speed and know neither
 * keys nor a bound of depth; the others let invalid files through.
 */
import { BadContent } from "../../domain/failure.ts";
import type { Checker } from "./checker.ts";
import { bytePosition, countOf } from "./checker.ts";
import { utf8Check } from "./utf8-check.ts";

export type JsonKind = "object" | "array" | "string" | "number" | "literal";

/** Is told of the upper levels of a document while it is read. Both methods may throw. */
export interface JsonOutline {
  /** A name in the outermost object; undefined for one that is too long to be of interest. */
  name(name: string | undefined): void;
  /** A value begins: the whole document (depth 0), what it holds (1), what that holds (2). */
  value(depth: number, kind: JsonKind): void;
}

/** A tree of some thousand nodes' depth takes two levels of JSON for each; 100 000 is an attack on parsers. */
const defaultMaxDepth = 50_000;
const maxNameBytes = 1024;

const state = {
  value: 0,
  firstElement: 1,
  firstName: 2,
  name: 3,
  colon: 4,
  after: 5,
  string: 6,
  escape: 7,
  hex: 8,
  literal: 9,
  minus: 10,
  zero: 11,
  integer: 12,
  point: 13,
  fraction: 14,
  exponent: 15,
  exponentSign: 16,
  exponentDigit: 17,
} as const;

const object = 0;
const array = 1;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const literals = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), bytes(word)]));

/** 1 for bytes that say nothing special in a string; whether they are UTF-8 is checked apart. */
const plain = new Uint8Array(256).fill(1, 0x20);
plain[0x22] = 0;
plain[0x5c] = 0;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
const isEscape = (byte: number): boolean => '"\\/bfnrtu'.includes(String.fromCharCode(byte));

/** What may follow a byte in each state of a number; undefined: the number ends before it, if it may end here. */
const nextInNumber = (current: number, byte: number): number | undefined => {
  const digit = isDigit(byte);
  const point = byte === 0x2e;
  const exponent = byte === 0x65 || byte === 0x45;
  switch (current) {
    case state.minus:
      return digit ? (byte === 0x30 ? state.zero : state.integer) : undefined;
    case state.zero:
      return point ? state.point : exponent ? state.exponent : undefined;
    case state.integer:
      return digit ? state.integer : point ? state.point : exponent ? state.exponent : undefined;
    case state.point:
      return digit ? state.fraction : undefined;
    case state.fraction:
      return digit ? state.fraction : exponent ? state.exponent : undefined;
    case state.exponent:
      return digit ? state.exponentDigit : byte === 0x2b || byte === 0x2d ? state.exponentSign : undefined;
    default:
      return digit ? state.exponentDigit : undefined;
  }
};

const mayEndNumber = (current: number): boolean =>
  current === state.zero ||
  current === state.integer ||
  current === state.fraction ||
  current === state.exponentDigit;

const kindOf = (byte: number): JsonKind | undefined => {
  if (byte === 0x22) return "string";
  if (byte === 0x7b) return "object";
  if (byte === 0x5b) return "array";
  if (byte === 0x2d || isDigit(byte)) return "number";
  return literals.has(byte) ? "literal" : undefined;
};

const expected = (current: number, container: number | undefined): string => {
  switch (current) {
    case state.value:
      return "a value";
    case state.firstElement:
      return "a value or ]";
    case state.firstName:
      return "a name in double quotes or }";
    case state.name:
      return "a name in double quotes";
    case state.colon:
      return "a colon";
    case state.after:
      return container === undefined ? "the end" : container === array ? "a comma or ]" : "a comma or }";
    case state.string:
      return "a character (control characters are written as escapes)";
    case state.escape:
      return 'one of "\\/bfnrtu';
    case state.hex:
      return "a hexadecimal digit";
    case state.literal:
      return "true, false or null";
    default:
      return "a digit";
  }
};

const show = (byte: number): string =>
  byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : byte === 0x0a
      ? "a line break"
      : `0x${byte.toString(16).padStart(2, "0")}`;

const hint = (byte: number, current: number, offset: number): string => {
  if (offset === 0 && byte === 0xef) return " Save the file without a byte order mark.";
  const isWord = current === state.value || current === state.firstElement || current === state.minus;
  return isWord && (byte === 0x4e || byte === 0x49) ? " JSON has no NaN and no Infinity; use null." : "";
};

export interface JsonCheckOptions {
  readonly maxDepth?: number;
}

export const jsonCheck = (outline: JsonOutline, options: JsonCheckOptions = {}): Checker => {
  const maxDepth = options.maxDepth ?? defaultMaxDepth;
  const utf8 = utf8Check();
  const containers = new Uint8Array(maxDepth + 1);
  const nameBytes = Buffer.alloc(maxNameBytes);
  let current: number = state.value;
  let depth = 0;
  let line = 1;
  let before = 0;
  let isName = false;
  let hexLeft = 0;
  let word = bytes("");
  let wordAt = 0;
  let nameLength = 0;

  const container = () => (depth === 0 ? undefined : containers[depth]);

  const refuse = (byte: number, at: number): never => {
    const offset = before + at;
    throw new BadContent(
      `This is not JSON: line ${countOf(line)} (${bytePosition(offset + 1)}) has ${show(byte)} ` +
        `where ${expected(current, container())} should be.${hint(byte, current, offset)}`,
    );
  };

  const open = (kind: number): void => {
    depth += 1;
    if (depth > maxDepth) {
      throw new BadContent(
        `This JSON is nested more than ${countOf(maxDepth)} levels deep, which is more than this server takes.`,
      );
    }
    containers[depth] = kind;
    current = kind === object ? state.firstName : state.firstElement;
  };

  const beginValue = (byte: number, at: number): void => {
    const kind = kindOf(byte) ?? refuse(byte, at);
    if (depth <= 2) outline.value(depth, kind);
    if (kind === "object") open(object);
    else if (kind === "array") open(array);
    else if (kind === "string") beginString(false);
    else if (kind === "literal") {
      word = literals.get(byte) ?? word;
      wordAt = 1;
      current = state.literal;
    } else current = byte === 0x2d ? state.minus : byte === 0x30 ? state.zero : state.integer;
  };

  const beginString = (asName: boolean): void => {
    isName = asName;
    nameLength = 0;
    current = state.string;
  };

  const endString = (): void => {
    current = isName ? state.colon : state.after;
    if (!isName || depth !== 1) return;
    const known = nameLength <= maxNameBytes;
    outline.name(known ? JSON.parse(`"${nameBytes.toString("utf8", 0, nameLength)}"`) : undefined);
  };

  /** Keeps a piece of a name in the outermost object. */
  const keep = (piece: Uint8Array, from: number, to: number): void => {
    if (!isName || depth !== 1 || nameLength > maxNameBytes) return;
    if (nameLength + to - from <= maxNameBytes) nameBytes.set(piece.subarray(from, to), nameLength);
    nameLength += to - from;
  };

  /** A byte outside strings, numbers and words. */
  const structure = (byte: number, at: number): void => {
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      if (byte === 0x0a) line += 1;
      return;
    }
    const inside = container();
    if (current === state.after) {
      if (byte === 0x2c && inside !== undefined) current = inside === array ? state.value : state.name;
      else if ((byte === 0x7d && inside === object) || (byte === 0x5d && inside === array)) depth -= 1;
      else refuse(byte, at);
    } else if (current === state.colon) {
      if (byte !== 0x3a) refuse(byte, at);
      current = state.value;
    } else if (current === state.value) beginValue(byte, at);
    else if (current === state.firstElement ? byte === 0x5d : current === state.firstName && byte === 0x7d) {
      depth -= 1;
      current = state.after;
    } else if (current === state.firstElement) beginValue(byte, at);
    else if (byte === 0x22) beginString(true);
    else refuse(byte, at);
  };

  const string = (piece: Uint8Array, from: number): number => {
    let at = from;
    while (at < piece.length && plain[piece[at] as number] === 1) at += 1;
    const byte = piece[at];
    if (byte === undefined) {
      keep(piece, from, at);
      return at;
    }
    if (byte === 0x22) {
      keep(piece, from, at);
      endString();
    } else if (byte === 0x5c) {
      keep(piece, from, at + 1);
      current = state.escape;
    } else refuse(byte, at);
    return at + 1;
  };

  const escaped = (piece: Uint8Array, byte: number, at: number): void => {
    if (current === state.escape ? !isEscape(byte) : !isHex(byte)) refuse(byte, at);
    keep(piece, at, at + 1);
    hexLeft = current === state.hex ? hexLeft - 1 : byte === 0x75 ? 4 : 0;
    current = hexLeft > 0 ? state.hex : state.string;
  };

  const literal = (byte: number, at: number): void => {
    if (byte !== word[wordAt]) refuse(byte, at);
    wordAt += 1;
    if (wordAt === word.length) current = state.after;
  };

  /** @returns the place of the first byte behind the number, or the end of the piece. */
  const number = (piece: Uint8Array, from: number): number => {
    for (let at = from; at < piece.length; at += 1) {
      const byte = piece[at] as number;
      const next = nextInNumber(current, byte);
      if (next === undefined) {
        if (!mayEndNumber(current)) refuse(byte, at);
        current = state.after;
        return at;
      }
      current = next;
    }
    return piece.length;
  };

  return {
    push(piece) {
      utf8.push(piece);
      let at = 0;
      while (at < piece.length) {
        const byte = piece[at] as number;
        if (current === state.string) at = string(piece, at);
        else if (current >= state.minus) at = number(piece, at);
        else {
          if (current <= state.after) structure(byte, at);
          else if (current === state.literal) literal(byte, at);
          else escaped(piece, byte, at);
          at += 1;
        }
      }
      before += piece.length;
    },
    end() {
      utf8.end();
      if (depth === 0 && (current === state.after || mayEndNumber(current))) return;
      if (depth === 0 && current === state.value) {
        throw new BadContent("There is nothing in this file but blanks. It should hold JSON.");
      }
      const inString = current === state.string || current === state.escape || current === state.hex;
      const where = inString ? "inside a string" : `where ${expected(current, container())} should follow`;
      throw new BadContent(
        `This is not complete JSON: it ends ${where}, at ${bytePosition(before)}. Was the file cut off?`,
      );
    },
  };
};
