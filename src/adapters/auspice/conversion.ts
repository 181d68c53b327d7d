import { gzipSync } from "node:zlib";

/** What a thread is to convert: the files' bytes, and where Auspice's function is. */
export interface ConversionTask {
  readonly meta: Uint8Array;
  readonly tree: Uint8Array;
  readonly module: string;
}

/** The dataset as gzip of JSON, or why there is none, in a sentence for whoever wants to see it. */
export type Converted =
  | { readonly kind: "gzip"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "refused"; readonly why: string };

type Parsed = { readonly [name: string]: unknown };
type ConvertFromV1 = (pair: { readonly tree: Parsed; readonly meta: Parsed }) => unknown;

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

const parseObject = (bytes: Uint8Array): Parsed | undefined => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

const converter = async (module: string): Promise<ConvertFromV1> => {
  // Auspice's index.js names the same function, but only beside its whole command line.
  const { convertFromV1 }: { convertFromV1: ConvertFromV1 } = await import(module);
  return convertFromV1;
};

const refused = (why: string): Converted => ({
  kind: "refused",
  why: `This dataset is stored in the old form (v1), and ${why}.`,
});

/** Converts by Auspice's own `convertFromV1`. May take any time and memory. */
export const convert = async ({ meta, tree, module }: ConversionTask): Promise<Converted> => {
  if (isBeyondBounds(meta) || isBeyondBounds(tree))
    return refused("it holds too many values, or too many levels, to be converted");
  const pair = { meta: parseObject(meta), tree: parseObject(tree) };
  if (!pair.meta || !pair.tree) return refused("one of its files is damaged");
  const convertFromV1 = await converter(module);
  let dataset: unknown;
  try {
    dataset = convertFromV1({ meta: pair.meta, tree: pair.tree });
  } catch {
    return refused("it could not be converted");
  }
  try {
    return { kind: "gzip", bytes: new Uint8Array(gzipSync(JSON.stringify(dataset))) };
  } catch (error) {
    // Some thousand levels are more than the stack has room for.
    if (error instanceof RangeError) return refused("its tree is too deep");
    throw error;
  }
};
