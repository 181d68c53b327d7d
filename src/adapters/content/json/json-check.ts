/**
 * Accepts exactly the JSON text (RFC 8259) that `JSON.parse` accepts, byte by byte. Of the libraries that
 * read JSON in pieces, those that are strict make a third of its speed and know neither names nor a bound of
 * depth; the others let invalid files through.
 */
import { BadContent } from "../../../domain/failure.ts";
import type { Checker } from "../checker.ts";
import { bytePosition, countOf } from "../checker.ts";
import * as grammar from "./json-grammar.ts";
import { utf8Check } from "./utf8-check.ts";

export type JsonKind = "object" | "array" | "string" | "number" | "literal";

/** Is told of the upper levels of a document while it is read. Both methods may throw. */
export interface JsonOutline {
  /** A name in an object at depth 1 (the outermost), 2 or 3; undefined for one that is too long to be of interest. */
  name(name: string | undefined, depth: number): void;
  /** A value begins: the whole document (depth 0), what it holds (1), what that holds (2), and so on to 3. */
  value(depth: number, kind: JsonKind): void;
}

export interface JsonCheckOptions {
  /** Default: 50 000. A tree of some thousand levels takes two of JSON for each; 100 000 is an attack. */
  readonly maxDepth?: number;
}

const maxNameBytes = 1024;

const [inObject, inArray, outside] = [0, 1, 2] as const;

/**
 * Where a machine stands. The functions below take it as an argument, and imports are copied here, since V8
 * treats a module's own constants as constant in a module's functions only, not in closures made for each
 * check: it is twice the speed.
 */
interface Machine {
  now: number;
  depth: number;
  /** The kind of container at each depth. */
  readonly containers: Uint8Array;
  readonly maxDepth: number;
  readonly outline: JsonOutline;
  line: number;
  /** Bytes in the pieces before. */
  before: number;
  isToldName: boolean;
  /** Where in the piece the name begins or goes on. */
  nameFrom: number;
  nameLength: number;
  readonly nameBytes: Buffer;
}

const { action, firstAction, plain, state, stateBehind, transitions, innerTransitions } = grammar;

/** Names are told of at depth 1 to this, values at 0 to this. */
const toldDepth = 3;

const show = (byte: number): string => {
  if (byte === 0x0a || byte === 0x0d) return "a line break";
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `the byte 0x${byte.toString(16).padStart(2, "0")}`;
};

/** Mistakes that other programs make for people. */
const hint = (byte: number, now: number, offset: number): string => {
  if (offset === 0 && byte === 0xef) return " Save the file without a byte order mark.";
  const isValue = now === state.value || now === state.firstElement || now === state.minus;
  return isValue && (byte === 0x4e || byte === 0x49) ? " JSON has no NaN and no Infinity; use null." : "";
};

const wanted = (machine: Machine, now: number): string => {
  const container = machine.containers[machine.depth];
  const place = grammar.mayEnd(now) ? state.after : now;
  return grammar.expected(place, container === inArray ? "]" : container === inObject ? "}" : undefined);
};

const refuse = (machine: Machine, now: number, byte: number, at: number): never => {
  const offset = machine.before + at;
  throw new BadContent(
    `This is not JSON: line ${countOf(machine.line)} (${bytePosition(offset + 1)}) has ${show(byte)} ` +
      `where ${wanted(machine, now)} should be.${hint(byte, now, offset)}`,
  );
};

const begin = (machine: Machine, kind: JsonKind): void => {
  if (machine.depth <= toldDepth) machine.outline.value(machine.depth, kind);
};

const open = (machine: Machine, container: number): void => {
  machine.depth += 1;
  if (machine.depth > machine.maxDepth) {
    throw new BadContent(
      `This JSON is nested more than ${countOf(machine.maxDepth)} levels deep, which is too deep.`,
    );
  }
  machine.containers[machine.depth] = container;
};

const beginName = (machine: Machine, at: number): void => {
  machine.isToldName = machine.depth <= toldDepth;
  machine.nameFrom = at + 1;
  machine.nameLength = 0;
};

/** Names may be split between pieces. */
const keepName = (machine: Machine, piece: Uint8Array, to: number): void => {
  const part = piece.subarray(machine.nameFrom, to);
  const length = machine.nameLength + part.length;
  if (length <= maxNameBytes) machine.nameBytes.set(part, machine.nameLength);
  machine.nameLength = Math.min(length, maxNameBytes + 1);
  machine.nameFrom = 0;
};

const endName = (machine: Machine, piece: Uint8Array, at: number): void => {
  if (!machine.isToldName) return;
  keepName(machine, piece, at);
  machine.isToldName = false;
  const { nameLength, nameBytes } = machine;
  const isKept = nameLength <= maxNameBytes;
  const name = isKept ? JSON.parse(`"${nameBytes.toString("utf8", 0, nameLength)}"`) : undefined;
  machine.outline.name(name, machine.depth);
};

/** Does what the table cannot say by a next state alone, and returns the next state. */
const act = (machine: Machine, what: number, now: number, piece: Uint8Array, at: number): number => {
  const byte = piece[at] as number;
  switch (what) {
    case action.comma:
      if (machine.depth === 0) refuse(machine, now, byte, at);
      return machine.containers[machine.depth] === inArray ? state.value : state.name;
    case action.beginName:
      beginName(machine, at);
      return state.nameString;
    case action.beginString:
      begin(machine, "string");
      return state.string;
    case action.endName:
      endName(machine, piece, at);
      return state.colon;
    case action.beginNumber:
    case action.beginLiteral:
      begin(machine, what === action.beginNumber ? "number" : "literal");
      return stateBehind[byte] as number;
    case action.lineBreak:
      machine.line += 1;
      return now;
    case action.openObject:
      begin(machine, "object");
      open(machine, inObject);
      return state.firstName;
    case action.openArray:
      begin(machine, "array");
      open(machine, inArray);
      return state.firstElement;
    case action.closeObject:
    case action.closeArray:
      if (machine.containers[machine.depth] !== (what === action.closeArray ? inArray : inObject)) {
        refuse(machine, now, byte, at);
      }
      machine.depth -= 1;
      return state.after;
    default:
      return refuse(machine, now, byte, at);
  }
};

const tableAt = (depth: number) => (depth > toldDepth ? innerTransitions : transitions);

const read = (machine: Machine, piece: Uint8Array): void => {
  const end = piece.length;
  let now = machine.now;
  let at = 0;
  let table = tableAt(machine.depth);
  while (at < end) {
    if (now === state.string || now === state.nameString) {
      while (at < end && plain[piece[at] as number] === 1) at += 1;
      if (at === end) break;
    }
    const next = table[(now << 8) | (piece[at] as number)] as number;
    if (next === action.endNumber) {
      now = state.after;
      continue;
    }
    if (next < firstAction) now = next;
    else {
      now = act(machine, next, now, piece, at);
      table = tableAt(machine.depth);
    }
    at += 1;
  }
  machine.now = now;
  if (machine.isToldName) keepName(machine, piece, end);
  machine.before += end;
};

const checkEnd = (machine: Machine): void => {
  const { now, depth, before } = machine;
  if (depth === 0 && grammar.mayEnd(now)) return;
  if (depth === 0 && now === state.value) {
    throw new BadContent("There is nothing in this file but blanks. It should hold JSON.");
  }
  const where = grammar.isInString(now) ? "inside a string" : `where ${wanted(machine, now)} should follow`;
  throw new BadContent(
    `This is not complete JSON: it ends ${where}, at ${bytePosition(before)}. Was the file cut off?`,
  );
};

export const jsonCheck = (outline: JsonOutline, options: JsonCheckOptions = {}): Checker => {
  const maxDepth = options.maxDepth ?? 50_000;
  const utf8 = utf8Check();
  const machine: Machine = {
    now: state.value,
    depth: 0,
    containers: new Uint8Array(maxDepth + 1).fill(outside, 0, 1),
    maxDepth,
    outline,
    line: 1,
    before: 0,
    isToldName: false,
    nameFrom: 0,
    nameLength: 0,
    nameBytes: Buffer.allocUnsafe(maxNameBytes),
  };
  return {
    push(piece) {
      utf8.push(piece);
      read(machine, piece);
    },
    end() {
      utf8.end();
      checkEnd(machine);
    },
  };
};
