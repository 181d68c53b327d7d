import { describe, expect, it } from "vitest";
import type { JsonCheckOptions } from "../../../../src/adapters/content/json/json-check.ts";
import { jsonCheck } from "../../../../src/adapters/content/json/json-check.ts";
import { seededNumbers } from "../../../../src/app/sample/random-numbers.ts";
import { BadContent } from "../../../../src/domain/failure.ts";
import { sampleContent } from "../../../support/resources/sample-content.ts";

const bytes = (text: string) => Buffer.from(text);
const ignoreAll = { onName() {}, onValue() {} };

/** The error's message, or undefined when the JSON is accepted. */
const errorOf = (chunks: readonly Uint8Array[], options: JsonCheckOptions = {}): string | undefined => {
  const check = jsonCheck(ignoreAll, options);
  try {
    for (const chunk of chunks) check.push(chunk);
    check.end();
    return undefined;
  } catch (error) {
    if (error instanceof BadContent) return error.message;
    throw error;
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const halves = (whole: Uint8Array, at: number) => [whole.subarray(0, at), whole.subarray(at)];

const accepted = [
  ..."0 -0 1 10 -1 1.5 -0.0 1e5 1E5 1e+5 1e-05 0e0 0.1e1 123.456E-7 1e999999 true false null".split(" "),
  ...['""', '"a"', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\"\\\\\\/\\b\\f\\n\\r\\t\\uAbCd"'],
  ...['"\u007f"', '"\u2028\u2029"', '"\ufeff"', '"é€😀"', '"\uffff"'],
  ...[
    "[]",
    "{}",
    " [ ] ",
    "\t{\r\n}\n",
    "[1]",
    "[[],{}]",
    "[1,2 , 3]",
    '{"a":1}',
    '{"":{}}',
    '{"a":1,"a":2}',
  ],
  ...['{"a":[{"b":[{}]}]}', '{"__proto__":1}', "[null, true,false ]", "1 ", " 1", "[0]", '{"a\\u0062":null}'],
];

const rejected = [
  ...["", " ", "01", "-", "-01", "+1", ".5", "1.", "1.e1", "1e", "1e+", "0x1", "1_0", "1a", "--1", "00"],
  ...[
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "tru",
    "truee",
    "True",
    "nul",
    "nulll",
    "fals",
    "'a'",
    "tnue",
  ],
  ...[
    '"',
    '"a',
    '"\\"',
    '"\\',
    '"\\x"',
    '"\\u12"',
    '"\\u123g"',
    '"\\U0041"',
    '"\n"',
    '"\t"',
    '"\u0000"',
    '"a"b',
  ],
  ...["[", "]", "{", "}", "[}", "{]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[]]", "[][]", "[] x"],
  ...[
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    "{,}",
    '{"a" 1}',
    '{"a"::1}',
    "{a:1}",
    "{1:1}",
    "{'a':1}",
    '{"a":1 "b":2}',
  ],
  ...[
    "{null:1}",
    '{"a":1}}',
    '{"a":1]',
    "1 2",
    "1,2",
    "1,",
    "// a\n1",
    "/**/1",
    "#\n1",
    "1\u0000",
    "\u00a01",
  ],
  ...["\ufeff{}", "\ufeff", "\u000b1", "1\u000c", "\u20281", "[1\u3000]", '{"a":1;"b":2}', "(1)", "<html>"],
];

const invalidUtf8 = [
  [0xff],
  [0xfe],
  [0x80],
  [0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xc3, 0x28],
  [0xe0, 0x80, 0x80],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
];

const sample = `{"meta":{"title":"Côte d’Ivoire 😀","n":[-1.5e-3,0,true,false,null]},\n "tree":{"a\\u0062":"\\ud83d\\"x"}}`;

describe("JSON check", () => {
  it.each(accepted)("accepts %j, wherever it is split into chunks", (text) => {
    expect(isJson(text)).toBe(true);
    const whole = bytes(text);
    for (let at = 0; at <= whole.length; at += 1) expect(errorOf(halves(whole, at))).toBeUndefined();
  });

  it.each(rejected)("rejects %j, wherever it is split into chunks", (text) => {
    expect(isJson(text)).toBe(false);
    const whole = bytes(text);
    for (let at = 0; at <= whole.length; at += 1) expect(errorOf(halves(whole, at))).toBeDefined();
  });

  it.each(invalidUtf8.map((invalid) => [invalid.map((byte) => byte.toString(16)).join(" "), invalid]))(
    "rejects a string of the bytes %s, which are not UTF-8",
    (_, invalid) => {
      const whole = Buffer.concat([bytes('["é'), Buffer.from(invalid as number[]), bytes('"]')]);
      for (let at = 0; at <= whole.length; at += 1) {
        expect(errorOf(halves(whole, at))).toMatch(/^This is not UTF-8 text, at byte [56]\. /);
      }
    },
  );

  it("accepts characters of every length, wherever they are split", () => {
    const whole = bytes('["aé€😀\u{10ffff}\u0080\u0800\u{10000}"]');
    expect(errorOf([...whole].map((byte) => Uint8Array.of(byte)))).toBeUndefined();
    for (let at = 0; at <= whole.length; at += 1) expect(errorOf(halves(whole, at))).toBeUndefined();
  });

  it("agrees with JSON.parse on 20 000 mutations, split anywhere", () => {
    const random = seededNumbers(20_241_122).below;
    const alphabet = bytes('{}[]:,"\\/0123456789.eE+-truefalsn \n\tu\u0000\u001fx');
    let acceptedCount = 0;
    for (let round = 0; round < 20_000; round += 1) {
      let mutant = bytes(sample.slice(random(2) * 50));
      for (let times = random(3); times >= 0; times -= 1) {
        const at = random(mutant.length);
        const byte = round % 10 === 0 ? random(256) : (alphabet[random(alphabet.length)] as number);
        const [head, tail] = [mutant.subarray(0, at), mutant.subarray(at + random(2))];
        mutant = Buffer.concat([
          head,
          random(3) === 0 ? tail.subarray(0, random(90)) : Buffer.of(byte),
          tail,
        ]);
      }
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(mutant);
      const expected = isJson(text) && Buffer.from(text).equals(mutant);
      if (expected) acceptedCount += 1;
      const actual = errorOf(halves(mutant, random(mutant.length + 1)), { maxDepth: 100 }) === undefined;
      if (actual !== expected) expect({ text, actual }).toEqual({ text, actual: expected });
    }
    expect(acceptedCount).toBeGreaterThan(300);
  });

  it("accepts real files, byte by byte", () => {
    for (const file of ["main", "measurements", "tip-frequencies"] as const) {
      const whole = new Uint8Array(sampleContent(file));
      // Only the beginning is split into bytes, since a whole large file would take seconds.
      const chunks = Array.from(whole.subarray(0, 60_000), (byte) => Uint8Array.of(byte));
      expect(errorOf([...chunks, whole.subarray(60_000)])).toBeUndefined();
    }
  });

  it("limits the depth exactly", () => {
    const nested = (depth: number) => [bytes("[".repeat(depth) + "]".repeat(depth))];
    expect(errorOf(nested(50_000))).toBeUndefined();
    expect(errorOf(nested(50_001))).toMatch("50,000 levels");
    expect(errorOf([bytes('{"a":'.repeat(100_000))])).toMatch("50,000 levels");
    expect(errorOf([bytes("[[1],[[2]]]")], { maxDepth: 3 })).toBeUndefined();
    expect(errorOf([bytes("[[1],[[[2]]]]")], { maxDepth: 3 })).toMatch("3 levels");
  });

  it("reports the mistake and its position", () => {
    expect(errorOf([bytes('{"a": [1,\n 2,]}')])).toBe(
      "This is not JSON: line 2 (byte 14) has ] where a value should be.",
    );
    expect(errorOf([bytes("{'a'")])).toMatch("has ' where a name in double quotes or } should be");
    expect(errorOf([bytes('["a\nb"]')])).toMatch("has a line break where a visible character");
    expect(errorOf([bytes('{"x": NaN}')])).toMatch(/JSON has no NaN and no Infinity; use null\.$/);
    expect(errorOf([bytes('{"x": -Infinity}')])).toMatch(/JSON has no NaN/);
    expect(errorOf([bytes("{} {")])).toMatch("where the end should be");
    expect(errorOf([bytes("\ufeff{}")])).toMatch("without a byte order mark");
    expect(errorOf([bytes(`["${"a".repeat(4094)}`)])).toBe(
      "This is not complete JSON: it ends inside a string, at byte 4,096. Was the file cut off?",
    );
    expect(errorOf([bytes('{"a":1')])).toMatch("it ends where a comma or } should follow, at byte 6");
    expect(errorOf([bytes("\n \n")])).toMatch("nothing in this file but blanks");
    expect(errorOf([Buffer.from([0x1f, 0x8b, 8, 0])])).toMatch("compressed with gzip; unpack it first");
    expect(errorOf([Buffer.from("\ufeff{}", "utf16le")])).toMatch("looks like UTF-16");
  });

  it("reports the names and the kinds of values of the upper levels", () => {
    const text = '{"a":{"x":{"y":[1]}},"\\u0062\\"é":[1,"s",{"z":0},[[]]],"c":-1,"d":null}';
    const whole = bytes(text);
    for (let at = 0; at <= whole.length; at += 1) {
      const events: string[] = [];
      const check = jsonCheck({
        onName: (name, depth) => void events.push(`${depth} ${name}`),
        onValue: (depth, kind) => void events.push(`${depth} ${kind}`),
      });
      for (const half of halves(whole, at)) check.push(half);
      check.end();
      expect(events).toEqual(
        `0 object|1 a|1 object|2 x|2 object|3 y|3 array|1 b"é|1 array|2 number|2 string|2 object|3 z|3 number|2 array|3 array|1 c|1 number|1 d|1 literal`.split(
          "|",
        ),
      );
    }
  });

  it("reports no name of more than 1024 bytes, and none below the third level", () => {
    const names: (string | undefined)[] = [];
    const check = jsonCheck({ onName: (name) => void names.push(name), onValue() {} });
    const [short, long] = ["s".repeat(1024), "l".repeat(1025)];
    check.push(bytes(`{"${short}":{"inner":{"third":{"fourth":0}}},"${long.slice(0, 600)}`));
    check.push(bytes(`${long.slice(600)}":1,"after":[{"in":1}]}`));
    check.end();
    expect(names).toEqual([short, "inner", "third", undefined, "after", "in"]);
  });

  it("does not buffer a long string or a long name", () => {
    const chunk = Buffer.alloc(1_000_000, "x");
    const check = jsonCheck(ignoreAll);
    check.push(bytes('{"'));
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 40; i += 1) check.push(chunk);
    check.push(bytes('":"'));
    for (let i = 0; i < 40; i += 1) check.push(chunk);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    check.push(bytes('"}'));
    check.end();
  });
});
