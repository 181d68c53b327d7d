import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { seededNumbers } from "../../../src/app/sample/random-numbers.ts";

/** A dataset in one gzip member, which is compressed before anything is measured. */
export interface DatasetFile {
  readonly path: string;
  readonly compressedBytes: number;
  readonly jsonBytes: number;
}

/** Much larger than gzip's window of 32 KiB, so that repetition does not improve the compression. */
const blockBytes = 4_000_000;

/** Nodes like those of Auspice's trees, each followed by a comma. */
const nodeBlock = (): Buffer => {
  const random = seededNumbers(1).uniform;
  let text = "";
  while (text.length < blockBytes) {
    const mutations = Array.from({ length: 4 }, () => `A${Math.floor(random() * 29_000)}T`);
    const node = {
      name: `strain/${Math.floor(random() * 1e9).toString(36)}/2024`,
      node_attrs: {
        div: random() * 30,
        num_date: { value: 2020 + random() * 5 },
        country: { value: "Fiji" },
      },
      branch_attrs: { mutations: { nuc: mutations } },
    };
    text += `${JSON.stringify(node)},`;
  }
  return Buffer.from(text);
};

const sequenceBlock = (): Buffer => {
  const random = seededNumbers(2).uniform;
  return Buffer.from(Array.from({ length: blockBytes }, () => "ACGT"[Math.floor(random() * 4)]).join(""));
};

const repeated = function* (block: Buffer, bytes: number): Generator<Buffer> {
  for (let sent = 0; sent < bytes; sent += block.length) yield block;
};

const datasetText = function* (bytes: number, stringBytes: number): Generator<Buffer> {
  yield Buffer.from('{"version":"v2","meta":{"updated":"2024-01-01","description":"');
  if (stringBytes > 0) yield* repeated(sequenceBlock(), stringBytes);
  yield Buffer.from('"},"tree":{"name":"root","children":[');
  yield* repeated(nodeBlock(), bytes - stringBytes);
  yield Buffer.from('{"name":"last"}]}}');
};

/** @param stringBytes How many of the bytes are one string; the others are small objects. */
export const writeDataset = async (
  path: string,
  bytes: number,
  stringBytes: number,
): Promise<DatasetFile> => {
  let jsonBytes = 0;
  const counted = function* () {
    for (const chunk of datasetText(bytes, stringBytes)) {
      jsonBytes += chunk.length;
      yield chunk;
    }
  };
  await pipeline(
    Readable.from(counted(), { highWaterMark: 1 }),
    createGzip({ level: 1, chunkSize: 1_048_576 }),
    createWriteStream(path),
  );
  return { path, jsonBytes, compressedBytes: (await stat(path)).size };
};
