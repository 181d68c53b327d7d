import type { Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGzip } from "node:zlib";
import { collectGarbage } from "./collect-garbage.ts";

/** What a thread is to convert: the files' bytes. */
export interface ConversionTask {
  readonly meta: Uint8Array<ArrayBuffer>;
  readonly tree: Uint8Array<ArrayBuffer>;
}

/** The dataset as gzip of JSON, or why there is none, in a sentence for whoever wants to see it. */
export type Converted =
  | { readonly kind: "gzip"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "refused"; readonly why: string };

type Parsed = { readonly [name: string]: unknown };
/** Auspice's own. */
export type ConvertFromV1 = (pair: { readonly tree: Parsed; readonly meta: Parsed }) => unknown;

/**
 * Lists and objects, and values in them. JSON.parse takes up to a hundred bytes for each, and no time limit stops it;
 * 20 MB of real trees have some two million.
 */
const maxValues = 3_000_000;

/** Lists and maps in each other; a tree of some thousand levels is more than can be written down again anyway. */
const maxLevels = 20_000;

const [comma, quote, backslash, list, listEnd, map, mapEnd] = [0x2c, 0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

const isBeyondBounds = (bytes: Uint8Array): boolean => {
  let values = 0;
  let levels = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) isText = !isText;
    else if (isText) at += byte === backslash ? 1 : 0;
    else if (byte === comma || byte === list || byte === map) {
      values += 1;
      if (byte !== comma) levels += 1;
      if (values > maxValues || levels > maxLevels) return true;
    } else if (byte === listEnd || byte === mapEnd) levels -= 1;
  }
  return false;
};

/** The bytes are gone afterwards: what is made of them needs their room. */
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

/** Never between the two halves of a character. */
const slicesOf = function* (text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const whole = at + sliceLength;
    const end = isHighSurrogate(text.charCodeAt(whole - 1)) ? whole - 1 : whole;
    yield text.slice(at, end);
    at = end;
  }
};

/** Bit by bit and by way of the same bytes, since the whole as bytes would be as large again. */
const gzip = async (text: string): Promise<Uint8Array<ArrayBuffer>> => {
  const bytes = Buffer.allocUnsafeSlow(3 * sliceLength);
  const pieces = function* () {
    for (const slice of slicesOf(text)) yield bytes.subarray(0, bytes.write(slice));
  };
  const compressed = createGzip();
  const [whole] = await Promise.all([buffer(compressed), writeEach(pieces(), compressed)]);
  return new Uint8Array(whole);
};

const writeEach = async (pieces: Iterable<Uint8Array>, to: Writable): Promise<void> => {
  for (const piece of pieces) {
    await new Promise<void>((resolve, reject) => {
      to.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  to.end();
};

const stringify = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Some thousand levels are more than the stack has room for.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

const refused = (why: string): Converted => ({
  kind: "refused",
  why: `This dataset is stored in the old form (v1), and ${why}.`,
});

interface Dataset {
  readonly kind: "dataset";
  readonly dataset: unknown;
}

/** What was read for it is out of use when this is done. */
const datasetOf = ({ meta, tree }: ConversionTask, convertFromV1: ConvertFromV1): Dataset | Converted => {
  if (isBeyondBounds(meta) || isBeyondBounds(tree))
    return refused("it holds too many values, or too many levels, to be converted");
  const pair = { meta: parseObject(meta), tree: parseObject(tree) };
  if (!pair.meta || !pair.tree) return refused("one of its files is damaged");
  collectGarbage();
  try {
    return { kind: "dataset", dataset: convertFromV1({ meta: pair.meta, tree: pair.tree }) };
  } catch {
    return refused("it could not be converted");
  }
};

/** May take any time and memory. */
export const convert = async (task: ConversionTask, convertFromV1: ConvertFromV1): Promise<Converted> => {
  const made = datasetOf(task, convertFromV1);
  if (made.kind !== "dataset") return made;
  collectGarbage();
  const json = stringify(made.dataset);
  return json === undefined ? refused("its tree is too deep") : { kind: "gzip", bytes: await gzip(json) };
};
