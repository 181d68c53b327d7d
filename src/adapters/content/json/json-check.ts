/**
 * A streaming JSON validator (RFC 8259) that accepts exactly what `JSON.parse` accepts. Of the streaming parsers on
 * npm, the strict ones have a third of its throughput, and neither report names nor limit the depth; the others
 * accept invalid files.
 */
import { BadContent } from "../../../domain/failure.ts";
import type { Checker } from "../checker.ts";
import { formatBytePosition, formatCount } from "../format.ts";
import * as grammar from "./json-grammar.ts";
import { utf8Check } from "./utf8-check.ts";

export type JsonKind = "object" | "array" | "string" | "number" | "literal";

/** SAX-style callbacks for the upper levels of a document. Both may throw, which ends the check. */
export interface JsonHandler {
  /** A name in an object at depth 1 (the top-level object), 2 or 3; undefined if it has more than 1024 bytes. */
  onName(name: string | undefined, depth: number): void;
  /** The start of a value, at depth 0 (the document itself) to 3. */
  onValue(depth: number, kind: JsonKind): void;
}

export interface JsonCheckOptions {
  /** Default: 50 000. Real trees have some thousand levels, each of which is two levels of JSON. */
  readonly maxDepth?: number;
}

const maxNameBytes = 1024;

const [inObject, inArray, topLevel] = [0, 1, 2] as const;

/**
 * The state machine's state. It is an argument of top-level functions, and imports are copied into constants of this
 * module, since V8 optimises both better than closures: it doubles the throughput.
 */
interface Machine {
  current: number;
  depth: number;
  /** The kind of container at each depth. */
  readonly containers: Uint8Array;
  readonly maxDepth: number;
  readonly handler: JsonHandler;
  line: number;
  /** Offset of the current chunk in the file, in bytes. */
  chunkOffset: number;
  /** Whether a name is being read that is to be reported. */
  isReportedName: boolean;
  /** Index in the chunk from which the name's bytes have not been copied yet. */
  nameStart: number;
  nameLength: number;
  readonly nameBytes: Buffer;
}

const { action, firstAction, isUnescaped, state, stateAfterFirstByte, transitions, unreportedTransitions } =
  grammar;

/** The deepest level of which names and values are reported. */
const reportedDepth = 3;

const describeByte = (byte: number): string => {
  if (byte === 0x0a || byte === 0x0d) return "a line break";
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `the byte 0x${byte.toString(16).padStart(2, "0")}`;
};

/** Advice on mistakes that other programs often make. */
const hint = (byte: number, current: number, offset: number): string => {
  if (offset === 0 && byte === 0xef) return " Save the file without a byte order mark.";
  const isValue = current === state.value || current === state.firstElement || current === state.minus;
  return isValue && (byte === 0x4e || byte === 0x49) ? " JSON has no NaN and no Infinity; use null." : "";
};

const expectedHere = (machine: Machine, current: number): string => {
  const container = machine.containers[machine.depth];
  const place = grammar.isCompleteValue(current) ? state.afterValue : current;
  return grammar.describeExpected(
    place,
    container === inArray ? "]" : container === inObject ? "}" : undefined,
  );
};

const fail = (machine: Machine, current: number, byte: number, index: number): never => {
  const offset = machine.chunkOffset + index;
  throw new BadContent(
    `This is not JSON: line ${formatCount(machine.line)} (${formatBytePosition(offset + 1)}) has ${describeByte(byte)} ` +
      `where ${expectedHere(machine, current)} should be.${hint(byte, current, offset)}`,
  );
};

const reportValue = (machine: Machine, kind: JsonKind): void => {
  if (machine.depth <= reportedDepth) machine.handler.onValue(machine.depth, kind);
};

const openContainer = (machine: Machine, container: number): void => {
  machine.depth += 1;
  if (machine.depth > machine.maxDepth) {
    throw new BadContent(
      `This JSON is nested more than ${formatCount(machine.maxDepth)} levels deep, which is too deep.`,
    );
  }
  machine.containers[machine.depth] = container;
};

const beginName = (machine: Machine, index: number): void => {
  machine.isReportedName = machine.depth <= reportedDepth;
  machine.nameStart = index + 1;
  machine.nameLength = 0;
};

/** Copies the bytes of a name up to `to`; a name may be split between chunks. */
const appendName = (machine: Machine, chunk: Uint8Array, to: number): void => {
  const part = chunk.subarray(machine.nameStart, to);
  const length = machine.nameLength + part.length;
  if (length <= maxNameBytes) machine.nameBytes.set(part, machine.nameLength);
  machine.nameLength = Math.min(length, maxNameBytes + 1);
  machine.nameStart = 0;
};

const endName = (machine: Machine, chunk: Uint8Array, index: number): void => {
  if (!machine.isReportedName) return;
  appendName(machine, chunk, index);
  machine.isReportedName = false;
  const { nameLength, nameBytes } = machine;
  const fits = nameLength <= maxNameBytes;
  const name = fits ? JSON.parse(`"${nameBytes.toString("utf8", 0, nameLength)}"`) : undefined;
  machine.handler.onName(name, machine.depth);
};

/** Performs an action of the transition table, and returns the next state. */
const performAction = (
  machine: Machine,
  code: number,
  current: number,
  chunk: Uint8Array,
  index: number,
): number => {
  const byte = chunk[index] as number;
  switch (code) {
    case action.comma:
      if (machine.depth === 0) fail(machine, current, byte, index);
      return machine.containers[machine.depth] === inArray ? state.value : state.name;
    case action.beginName:
      beginName(machine, index);
      return state.nameString;
    case action.beginString:
      reportValue(machine, "string");
      return state.string;
    case action.endName:
      endName(machine, chunk, index);
      return state.colon;
    case action.beginNumber:
    case action.beginLiteral:
      reportValue(machine, code === action.beginNumber ? "number" : "literal");
      return stateAfterFirstByte[byte] as number;
    case action.lineBreak:
      machine.line += 1;
      return current;
    case action.openObject:
      reportValue(machine, "object");
      openContainer(machine, inObject);
      return state.firstName;
    case action.openArray:
      reportValue(machine, "array");
      openContainer(machine, inArray);
      return state.firstElement;
    case action.closeObject:
    case action.closeArray:
      if (machine.containers[machine.depth] !== (code === action.closeArray ? inArray : inObject)) {
        fail(machine, current, byte, index);
      }
      machine.depth -= 1;
      return state.afterValue;
    default:
      return fail(machine, current, byte, index);
  }
};

const tableAt = (depth: number) => (depth > reportedDepth ? unreportedTransitions : transitions);

const scan = (machine: Machine, chunk: Uint8Array): void => {
  const end = chunk.length;
  let current = machine.current;
  let index = 0;
  let table = tableAt(machine.depth);
  while (index < end) {
    if (current === state.string || current === state.nameString) {
      while (index < end && isUnescaped[chunk[index] as number] === 1) index += 1;
      if (index === end) break;
    }
    const next = table[(current << 8) | (chunk[index] as number)] as number;
    if (next === action.endNumber) {
      current = state.afterValue;
      continue;
    }
    if (next < firstAction) current = next;
    else {
      current = performAction(machine, next, current, chunk, index);
      table = tableAt(machine.depth);
    }
    index += 1;
  }
  machine.current = current;
  if (machine.isReportedName) appendName(machine, chunk, end);
  machine.chunkOffset += end;
};

const checkEnd = (machine: Machine): void => {
  const { current, depth, chunkOffset } = machine;
  if (depth === 0 && grammar.isCompleteValue(current)) return;
  if (depth === 0 && current === state.value) {
    throw new BadContent("There is nothing in this file but blanks. It should hold JSON.");
  }
  const place = grammar.isInString(current)
    ? "inside a string"
    : `where ${expectedHere(machine, current)} should follow`;
  throw new BadContent(
    `This is not complete JSON: it ends ${place}, at ${formatBytePosition(chunkOffset)}. Was the file cut off?`,
  );
};

/** @param handler Called while the text is read. */
export const jsonCheck = (handler: JsonHandler, options: JsonCheckOptions = {}): Checker => {
  const maxDepth = options.maxDepth ?? 50_000;
  const utf8 = utf8Check();
  const machine: Machine = {
    current: state.value,
    depth: 0,
    containers: new Uint8Array(maxDepth + 1).fill(topLevel, 0, 1),
    maxDepth,
    handler,
    line: 1,
    chunkOffset: 0,
    isReportedName: false,
    nameStart: 0,
    nameLength: 0,
    nameBytes: Buffer.allocUnsafe(maxNameBytes),
  };
  return {
    push(chunk) {
      utf8.push(chunk);
      scan(machine, chunk);
    },
    end() {
      utf8.end();
      checkEnd(machine);
    },
  };
};
