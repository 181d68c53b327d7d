import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BadContent } from "../../../src/domain/failure.ts";
import type { ObjectKind } from "../../../src/domain/resources/media-type.ts";
import type { ContentCheck, Upload } from "../../../src/ports/driven/resources/content-check.ts";
import { pngOf } from "../../support/resources/png.ts";
import { sampleContent } from "../../support/resources/sample-content.ts";

/** The check and its limit, which is between 1 and 10 MB. */
export interface Harness {
  readonly check: ContentCheck;
  readonly maxUploadBytes: number;
}

const main: ObjectKind = { kind: "dataset", file: "main" };
const measurements: ObjectKind = { kind: "dataset", file: "measurements" };
const frequencies: ObjectKind = { kind: "dataset", file: "tip-frequencies" };
const rootSequence: ObjectKind = { kind: "dataset", file: "root-sequence" };
const narrative: ObjectKind = { kind: "narrative" };
const overview: ObjectKind = { kind: "overview" };
const logo: ObjectKind = { kind: "logo" };
const signal = new AbortController().signal;

const dataset = (bytes = 0) =>
  Buffer.from(`{"version":"v2","meta":{"x":"${"ACGT".repeat(bytes >> 2)}"},"tree":{"name":"root"}}`);

const split = (whole: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size));

/** Decompresses a single member, as browsers do. */
const onlyMember = (compressed: Buffer): Buffer => gunzipSync(compressed, { rejectGarbageAfterEnd: true });

const bodyOf = async function* (chunks: readonly Uint8Array[]) {
  yield* chunks;
};

const good: [string, ObjectKind, Buffer][] = [
  ["a real dataset", main, sampleContent("main")],
  ["real measurements", measurements, sampleContent("measurements")],
  ["real tip frequencies", frequencies, sampleContent("tip-frequencies")],
  ["a real narrative", narrative, sampleContent("narrative")],
  ["a narrative with a large image", narrative, Buffer.from(`---\ntitle: é\n---\n${"€".repeat(400_000)}`)],
  ["a dataset of several trees", main, Buffer.from('{"meta":{},"tree":[{"name":"a"},{"name":"b"}]}')],
  ["a dataset over 1 MB", main, dataset(900_000)],
  ["a root sequence", rootSequence, Buffer.from('{"nuc":"ACGT","ENV":"MK"}')],
  ["an overview without front matter", overview, Buffer.from("# Ours — naïve\n")],
  ["an overview with front matter", overview, Buffer.from("---\r\ntitle: Ours\r\n---\r\ntext")],
  ["a logo", logo, pngOf(200, 100)],
];

/** Content that is accepted, and the warnings about it. */
const warned: [string, string, RegExp[]][] = [
  [
    "a complete dataset",
    '{"meta":{"panels":["tree"],"updated":"2024-01-01","colorings":[],"filters":[],"geo_resolutions":[],' +
      '"genome_annotations":{}},"tree":{"name":"a","node_attrs":{}}}',
    [],
  ],
  [
    "a dataset whose panels are inside something else",
    '{"meta":{"x":{"panels":[]},"updated":"2024-01-01"},"tree":{"name":"a","node_attrs":{}}}',
    [/no list of "panels"/],
  ],
  [
    "a dataset with members of wrong types",
    '{"meta":{"panels":"tree","updated":7,"colorings":{},"filters":"x","geo_resolutions":null,' +
      '"genome_annotations":[]},"tree":{"name":"a","node_attrs":[]}}',
    [
      /no list of "panels"/,
      /"colorings" in "meta" is no list/,
      /"filters" in "meta" is no list/,
      /"geo_resolutions" in "meta" is no list/,
      /"genome_annotations" in "meta" is no object/,
      /"updated", as a text/,
      /no "node_attrs"/,
    ],
  ],
];

const bad: [string, ObjectKind, string | Buffer, RegExp][] = [
  [
    "a dataset that is cut off",
    main,
    dataset().subarray(0, -1),
    /not complete JSON: .* Was the file cut off\?/,
  ],
  ["a dataset with trailing data", main, `${dataset()}x`, /where the end should be/],
  ["a dataset that is a list", main, "[]", /has to be a JSON object/],
  ["a dataset without meta", main, '{"tree":{}}', /no "meta"/],
  ["a dataset without tree", main, '{"meta":{}}', /no "tree"/],
  ["a dataset with meta further down only", main, '{"a":{"meta":{},"tree":{}}}', /no "meta" and no "tree"/],
  [
    "a dataset whose meta is a string",
    main,
    '{"meta":"{}","tree":{}}',
    /"meta" of a dataset has to be an object/,
  ],
  ["a dataset whose tree is null", main, '{"meta":{},"tree":null}', /"tree" of a dataset/],
  ["a dataset without any tree", main, '{"meta":{},"tree":[]}', /"tree" of a dataset/],
  ["a dataset with a tree that is none", main, '{"meta":{},"tree":[{},1]}', /"tree" of a dataset/],
  ["a dataset whose tree has no name", main, '{"meta":{},"tree":{}}', /"name"/],
  [
    "a dataset whose tree's name is no text",
    main,
    '{"meta":{},"tree":{"name":7,"x":{"name":"a"}}}',
    /"name"/,
  ],
  [
    "a dataset whose tree has two names, the last of which is no text",
    main,
    '{"meta":{},"tree":{"name":"a","name":7}}',
    /"name"/,
  ],
  [
    "a dataset one of whose trees has no name",
    main,
    '{"meta":{},"tree":[{"name":"a"},{"b":"name"}]}',
    /"name"/,
  ],
  ["a dataset whose last tree is none", main, '{"meta":{},"tree":{},"tree":1}', /"tree" of a dataset/],
  ["a dataset nested as a bomb", main, `{"meta":${"[".repeat(100_000)}`, /50,000 levels/],
  ["measurements without collections", measurements, "{}", /"collections"/],
  ["frequencies without pivots", frequencies, "{}", /"pivots"/],
  ["a root sequence that is a string", rootSequence, '"ACGT"', /has to be a JSON object/],
  ["a narrative without front matter", narrative, "# Title\n", /no front matter/],
  ["a narrative with front matter that goes on", narrative, "---\ntitle: a\n", /hyphens is missing/],
  [
    "a narrative with endless front matter",
    narrative,
    `---\n${"# x\n".repeat(300_000)}---\n`,
    /more than 1 MB/,
  ],
  ["a narrative with empty front matter", narrative, "---\n---\n", /is empty/],
  ["a narrative with broken front matter", narrative, "---\ntitle: a: b\n---\n", /line 2 is not valid YAML/],
  [
    "a narrative in Latin-1",
    narrative,
    Buffer.from("---\na: 1\n---\nC\xf4te d'Ivoire", "latin1"),
    /not UTF-8/,
  ],
  [
    "a narrative cut off in a character",
    narrative,
    Buffer.from("---\na: 1\n---\né").subarray(0, -1),
    /not UTF-8/,
  ],
  ["an overview with broken front matter", overview, "---\n[\n---\n", /not valid YAML/],
  ["an overview that is an image", overview, pngOf(1, 1), /not UTF-8/],
  ["an overview over 1 MB", overview, "x".repeat(1_000_001), /1 MB at most/],
  ["a logo that is a JPEG", logo, Buffer.from("ffd8ffe000104a464946", "hex"), /not a PNG/],
  ["a logo that is cut off", logo, pngOf(9, 9).subarray(0, -1), /cut off/],
  ["a logo with trailing data", logo, Buffer.concat([pngOf(9, 9), Buffer.of(0)]), /follows its end/],
  ["a logo with a wrong checksum", logo, pngOf(9, 9).fill(0, 29, 33), /checksum/],
  ["a logo that is too wide", logo, pngOf(10_001, 1), /10,001 × 1 pixels/],
  ["a logo of too many pixels", logo, pngOf(8_000, 8_000), /50,000,000 in all/],
  ["a logo without pixels", logo, pngOf(0, 9), /no pixels/],
  ["a logo over 2 MB", logo, Buffer.alloc(2_000_001), /2 MB at most/],
  ["nothing", main, "", /upload is empty/],
];

export const contentCheckContract = (adapter: string, open: () => Promise<Harness>): void => {
  const run = async (kind: ObjectKind, upload: Upload, abort: AbortSignal = signal) => {
    const { check } = await open();
    const all: Uint8Array[] = [];
    for await (const chunk of check.check(kind, upload, abort)) all.push(chunk);
    return Buffer.concat(all);
  };
  const send = (kind: ObjectKind, encoding: Upload["encoding"], content: Uint8Array, size = 65_536) =>
    run(kind, { encoding, body: bodyOf(split(content, size)) });
  const errorOf = (outcome: Promise<unknown>): Promise<Error> =>
    outcome.then(
      () => new Error("it was accepted"),
      (error) => error,
    );

  describe(`ContentCheck in ${adapter}`, () => {
    it.each(good)("does not change the gzip form of %s", async (_, kind, content) => {
      const compressed = gzipSync(content);
      for (const size of [7, 65_536])
        expect((await send(kind, "gzip", compressed, size)).equals(compressed)).toBe(true);
    });

    it.each(good)("compresses %s that is sent uncompressed", async (_, kind, content) => {
      for (const size of [1000, 2 ** 24]) {
        expect(gunzipSync(await send(kind, "identity", content, size)).equals(content)).toBe(true);
      }
    });

    it.each(bad)("rejects %s", async (_, kind, content, why) => {
      const plain = Buffer.from(content);
      const compressed = gzipSync(plain);
      for (const outcome of [
        () => send(kind, "gzip", compressed),
        () => send(kind, "gzip", compressed, 50),
        () => send(kind, "identity", plain),
      ]) {
        const error = await errorOf(outcome());
        expect(error).toBeInstanceOf(BadContent);
        expect(error.message).toMatch(why);
      }
    });

    it.each(warned)("warns about %s", async (_, text, missing) => {
      for (const encoding of ["gzip", "identity"] as const) {
        const warnings: string[] = [];
        const content = encoding === "gzip" ? gzipSync(text) : Buffer.from(text);
        const body = bodyOf(split(content, 20));
        await run(main, { encoding, body, warn: (warning) => void warnings.push(warning) });
        expect(warnings).toEqual(missing.map((words) => expect.stringMatching(words)));
      }
    });

    it("rejects incomplete gzip, even if the JSON in it is complete", async () => {
      const compressed = gzipSync(dataset(100_000));
      const wrong: [Buffer, RegExp][] = [
        [Buffer.alloc(0), /upload is empty/],
        [compressed.subarray(0, 1), /ends too early/],
        [compressed.subarray(0, compressed.length >> 1), /ends too early/],
        [compressed.subarray(0, -1), /ends too early/],
        [compressed.subarray(0, -8), /ends too early/],
        [Buffer.concat([compressed.subarray(0, -8), Buffer.alloc(8)]), /do not fit together/],
        [Buffer.concat([compressed, Buffer.from("x")]), /something follows/],
        [Buffer.concat([compressed, Buffer.alloc(3)]), /something follows/],
        [Buffer.concat([compressed, gzipSync(" "), Buffer.alloc(20, "x")]), /do not fit together/],
        [Buffer.concat([compressed, gzipSync(" "), Buffer.alloc(3)]), /something follows/],
        [Buffer.concat([compressed, gzipSync(" "), Buffer.alloc(3), gzipSync("x")]), /something follows/],
        [Buffer.concat([compressed, gzipSync(" ").subarray(0, -1)]), /ends too early/],
        [Buffer.concat([compressed, gzipSync("x")]), /where the end should be/],
        [dataset(), /announced as gzip .* but it is not gzip/],
        [Buffer.from("\x1f{}"), /but it is not gzip/],
      ];
      for (const [content, why] of wrong) {
        for (const size of [1_000_000, Math.max(1, content.length - 1)]) {
          const error = await errorOf(send(main, "gzip", content, size));
          expect(error).toBeInstanceOf(BadContent);
          expect(error.message).toMatch(why);
        }
      }
    });

    it("recompresses several gzip members as one, since browsers only read the first", async () => {
      const content = dataset(100_000);
      const parts = [...split(content, 30_000)].map((part) => gzipSync(part));
      const empty = gzipSync("");
      for (const compressed of [Buffer.concat(parts), Buffer.concat([empty, ...parts, empty])]) {
        for (const size of [7, 65_536, compressed.length]) {
          const stored = await send(main, "gzip", compressed, size);
          expect(onlyMember(stored).equals(content)).toBe(true);
        }
      }
    });

    it("rejects a second member after a large first one, part of which has been yielded", async () => {
      const large = gzipSync(Buffer.concat([dataset(), Buffer.alloc(1_000_000, " ")]), { level: 0 });
      expect((await errorOf(send(main, "gzip", Buffer.concat([large, gzipSync(" ")])))).message).toMatch(
        /several parts/,
      );
    });

    it("limits the total size of several members", async () => {
      const { maxUploadBytes } = await open();
      const blank = gzipSync(Buffer.alloc(1_000_000, " "));
      const over = [gzipSync(dataset()), ...Array(Math.ceil(maxUploadBytes / 1_000_000)).fill(blank)];
      expect((await errorOf(send(main, "gzip", Buffer.concat(over)))).message).toMatch(/when unpacked/);
      const endless = async function* () {
        for (const member = gzipSync(""); ; ) yield Buffer.concat(Array(3000).fill(member));
      };
      expect(await errorOf(run(main, { encoding: "gzip", body: endless() }))).toBeInstanceOf(BadContent);
    });

    it("rejects a file that was compressed twice, and a compressed one without Content-Encoding", async () => {
      const compressed = gzipSync(dataset());
      for (const [encoding, content] of [
        ["gzip", gzipSync(compressed)],
        ["identity", compressed],
      ] as const) {
        expect((await errorOf(send(main, encoding, content))).message).toMatch(
          "compressed with gzip; unpack it first",
        );
      }
    });

    it("accepts exactly the maximum of decompressed bytes", async () => {
      const { maxUploadBytes } = await open();
      const blank = Buffer.concat([dataset(), Buffer.alloc(maxUploadBytes, " ")]);
      const fits = blank.subarray(0, maxUploadBytes);
      const over = blank.subarray(0, maxUploadBytes + 1);
      await send(main, "gzip", gzipSync(fits, { level: 1 }));
      await send(main, "identity", fits);
      for (const [encoding, content] of [
        ["gzip", gzipSync(over, { level: 1 })],
        ["identity", over],
      ] as const) {
        const error = await errorOf(send(main, encoding, content));
        expect(error).toBeInstanceOf(BadContent);
        expect(error.message).toMatch(/more than [\d.]+ MB when unpacked/);
      }
      const incompressible = Buffer.concat([
        Buffer.from('{"meta":{},"tree":{"name":"'),
        Buffer.from(randomBytes(maxUploadBytes).toString("base64")).subarray(0, maxUploadBytes - 30),
        Buffer.from('"}}'),
      ]);
      await send(main, "gzip", gzipSync(incompressible, { level: 0 }));
    });

    it("rejects an endless upload without any content", async () => {
      const endless = async function* () {
        yield Buffer.from("1f8b0808000000000003", "hex");
        for (;;) yield Buffer.alloc(65_536, "name");
      };
      expect(await errorOf(run(main, { encoding: "gzip", body: endless() }))).toBeInstanceOf(BadContent);
    });

    it.each(["gzip", "identity"] as const)("rethrows the error of a %s body", async (encoding) => {
      const failure = new Error("the client went away");
      const content = encoding === "gzip" ? gzipSync(dataset()) : dataset();
      const body = async function* () {
        yield content.subarray(0, 20);
        throw failure;
      };
      expect(await errorOf(run(main, { encoding, body: body() }))).toBe(failure);
    });

    it.each(["gzip", "identity"] as const)(
      "throws the signal's reason while a %s body is stalled",
      async (encoding) => {
        const abort = new AbortController();
        const reason = new Error("stop");
        const body = async function* () {
          yield (encoding === "gzip" ? gzipSync(dataset()) : dataset()).subarray(0, 20);
          await new Promise(() => {});
        };
        setTimeout(() => abort.abort(reason), 5);
        expect(await errorOf(run(main, { encoding, body: body() }, abort.signal))).toBe(reason);
        expect(await errorOf(run(main, { encoding, body: body() }, abort.signal))).toBe(reason);
      },
    );

    it.each(["gzip", "identity"] as const)(
      "closes a %s body when its consumer stops or it is invalid",
      async (encoding) => {
        let closed = 0;
        const body = async function* (content: Buffer) {
          try {
            yield* split(encoding === "gzip" ? gzipSync(content) : content, 1000);
            await new Promise(() => {});
          } finally {
            closed += 1;
          }
        };
        const { check } = await open();
        const text = Buffer.from(`{"a":"${randomBytes(200_000).toString("hex")}"`);
        for await (const _ of check.check(main, { encoding, body: body(text) }, signal)) break;
        expect(closed).toBe(1);
        const broken = Buffer.concat([Buffer.from("{"), text]);
        expect(await errorOf(run(main, { encoding, body: body(broken) }))).toBeInstanceOf(BadContent);
        expect(closed).toBe(2);
      },
    );

    it("yields to the event loop while it checks one chunk of 4 MiB", async () => {
      const content = dataset(4 * 2 ** 20);
      for (const [encoding, body] of [
        ["identity", content],
        ["gzip", gzipSync(content, { level: 1 })],
      ] as const) {
        let turns = 0;
        let isDone = false;
        const turn = () => {
          turns += 1;
          if (!isDone) setImmediate(turn);
        };
        turn();
        await send(main, encoding, body, 2 ** 24);
        isDone = true;
        expect(turns).toBeGreaterThan(30);
      }
    });
  });
};
