import { crc32, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { logo } from "../../../src/app/sample/logo.ts";

const chunksOf = (png: Buffer) => {
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.push({ type: body.toString("latin1", 0, 4), data: body.subarray(4) });
    at += length + 12;
  }
  return chunks;
};

describe("a demo group's logo", () => {
  it("is a whole PNG of a few kilobytes", () => {
    const png = Buffer.from(logo("public"));
    expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    expect(png.length).toBeLessThan(8000);
    const [header, data, end, ...others] = chunksOf(png);
    expect([header?.type, data?.type, end?.type, others.length]).toEqual(["IHDR", "IDAT", "IEND", 0]);
    const [width = 0, height = 0] = [header?.data.readUInt32BE(0), header?.data.readUInt32BE(4)];
    expect(width).toBe(160);
    expect(inflateSync(data?.data ?? "")).toHaveLength(height * (1 + width * 4));
  });

  it("differs between the public and the private group", () => {
    expect(logo("public")).not.toEqual(logo("private"));
  });
});
