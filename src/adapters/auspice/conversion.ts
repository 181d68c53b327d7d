import type { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { collectGarbage } from "../shared/collect-garbage.ts";

/** The contents of the files of a v1 pair. */
export interface ConversionTask {
  readonly meta: Uint8Array<ArrayBuffer>;
  readonly tree: Uint8Array<ArrayBuffer>;
}

/** The dataset as JSON, compressed with gzip; or the reason why there is none, as a sentence for the reader. */
export type ConversionResult =
  | { readonly kind: "gzip"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "failed"; readonly reason: string };

type Parsed = { readonly [name: string]: unknown };
/** Auspice's function. */
export type ConvertFromV1 = (pair: { readonly tree: Parsed; readonly meta: Parsed }) => unknown;

/**
 * The number of arrays, objects and values in them. JSON.parse needs up to a hundred bytes for each, and cannot be
 * interrupted by a timeout; 20 MB of real trees have some two million.
 */
const maxValues = 3_000_000;

/** The nesting of arrays and objects; JSON.stringify overflows the stack at some thousand levels anyway. */
const maxDepth = 20_000;

const [comma, quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [
  0x2c, 0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

const exceedsLimits = (bytes: Uint8Array): boolean => {
  let values = 0;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === quote) isInString = !isInString;
    else if (isInString) index += byte === backslash ? 1 : 0;
    else if (byte === comma || byte === openBracket || byte === openBrace) {
      values += 1;
      if (byte !== comma) depth += 1;
      if (values > maxValues || depth > maxDepth) return true;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
  }
  return false;
};

/** Parses JSON and releases the bytes' memory, which the parsed value needs. Undefined: it is no JSON object. */
const parseObject = (bytes: Uint8Array<ArrayBuffer>): Parsed | undefined => {
  try {
    const text = new TextDecoder().decode(bytes);
    bytes.buffer.transfer(0);
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** In UTF-16 units. */
const sliceLength = 100_000;

const isHighSurrogate = (unit: number): boolean => unit >= 0xd8_00 && unit < 0xdc_00;

/** Splits a text, but not between the halves of a surrogate pair. */
const slicesOf = function* (text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const maxEnd = start + sliceLength;
    const end = isHighSurrogate(text.charCodeAt(maxEnd - 1)) ? maxEnd - 1 : maxEnd;
    yield text.slice(start, end);
    start = end;
  }
};

/** Compresses slice by slice through one buffer, since the whole text as bytes would need as much memory again. */
const gzip = async (text: string): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = Buffer.allocUnsafeSlow(3 * sliceLength);
  const chunks = function* () {
    for (const slice of slicesOf(text)) yield bytes.subarray(0, bytes.write(slice));
  };
  const stream = createGzip();
  const [compressed] = await Promise.all([buffer(stream), writeAll(chunks(), stream)]);
  return new Uint8Array(compressed);
};

/** Waits for each write, since all chunks are in the same buffer. */
const writeAll = async (chunks: Iterable<Uint8Array>, to: Writable): Promise<void> => {
  for (const chunk of chunks) {
    await new Promise<void>((resolve, reject) => {
      to.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
  to.end();
};

const stringify = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The stack overflows at some thousand levels.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const failed = (reason: string): ConversionResult => ({
  kind: "failed",
  reason: `This dataset is stored in the old form (v1), and ${reason}.`,
});

interface Dataset {
  readonly kind: "dataset";
  readonly dataset: unknown;
}

/** A function of its own, so that the parsed pair can be garbage-collected before the dataset is stringified. */
const convertPair = (
  { meta, tree }: ConversionTask,
  convertFromV1: ConvertFromV1,
): Dataset | ConversionResult => {
  if (exceedsLimits(meta) || exceedsLimits(tree))
    return failed("it holds too many values, or too many levels, to be converted");
  const pair = { meta: parseObject(meta), tree: parseObject(tree) };
  if (!pair.meta || !pair.tree) return failed("one of its files is damaged");
  collectGarbage();
  try {
    return { kind: "dataset", dataset: convertFromV1({ meta: pair.meta, tree: pair.tree }) };
  } catch {
    return failed("it could not be converted");
  }
};

/** Time and memory are bounded by the thread's limits only. */
export const convert = async (
  task: ConversionTask,
  convertFromV1: ConvertFromV1,
): Promise<ConversionResult> => {
  const converted = convertPair(task, convertFromV1);
  if (converted.kind !== "dataset") return converted;
  collectGarbage();
  const json = stringify(converted.dataset);
  return json === undefined ? failed("its tree is too deep") : { kind: "gzip", bytes: await gzip(json) };
};
