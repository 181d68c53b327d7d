import { crc32, deflateSync } from "node:zlib";

type Point = readonly [number, number];
type Colour = readonly [number, number, number];

const size = 160;
const white: Colour = [255, 255, 255];
const grounds: Readonly<Record<"public" | "private", Colour>> = {
  public: [44, 122, 140],
  private: [88, 70, 132],
};

/** A family tree: its branches, and the samples at their ends. */
const branches: readonly (readonly [Point, Point])[] = [
  [
    [28, 84],
    [56, 84],
  ],
  [
    [56, 50],
    [56, 112],
  ],
  [
    [56, 50],
    [88, 50],
  ],
  [
    [88, 34],
    [88, 66],
  ],
  [
    [88, 34],
    [126, 34],
  ],
  [
    [88, 66],
    [112, 66],
  ],
  [
    [56, 112],
    [96, 112],
  ],
  [
    [96, 92],
    [96, 128],
  ],
  [
    [96, 92],
    [130, 92],
  ],
  [
    [96, 128],
    [118, 128],
  ],
];
const samples: readonly (readonly [Point, Colour])[] = [
  [
    [126, 34],
    [242, 201, 76],
  ],
  [
    [112, 66],
    [146, 208, 140],
  ],
  [
    [130, 92],
    [239, 108, 87],
  ],
  [
    [118, 128],
    [240, 152, 72],
  ],
];

const toSegment = ([x, y]: Point, [[ax, ay], [bx, by]]: readonly [Point, Point]): number => {
  const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - part * (bx - ax), y - ay - part * (by - ay));
};

/** Distance to the outline of the rounded square that fills the picture, negative inside. */
const toGround = ([x, y]: Point): number => {
  const radius = 30;
  const beyond = (at: number) => Math.max(Math.abs(at - size / 2) - (size / 2 - radius), 0);
  return Math.hypot(beyond(x), beyond(y)) - radius;
};

/** Cheap, for most pixels are far from most shapes. */
const isNear = ([x, y]: Point, [ax, ay]: Point, [bx, by]: Point, margin: number): boolean =>
  x > Math.min(ax, bx) - margin &&
  x < Math.max(ax, bx) + margin &&
  y > Math.min(ay, by) - margin &&
  y < Math.max(ay, by) + margin;

/** How much of a pixel lies inside a shape whose edge is this far away. */
const coverage = (distance: number) => Math.min(1, Math.max(0, 0.5 - distance));

const over = (below: Colour, above: Colour, share: number): Colour => {
  if (share === 0) return below;
  const mix = (index: 0 | 1 | 2) => Math.round(below[index] + (above[index] - below[index]) * share);
  return [mix(0), mix(1), mix(2)];
};

const pixel = (point: Point, ground: Colour): number[] => {
  let colour = ground;
  for (const branch of branches) {
    if (!isNear(point, ...branch, 4)) continue;
    colour = over(colour, white, coverage(toSegment(point, branch) - 3));
  }
  for (const [centre, fill] of samples) {
    if (!isNear(point, centre, centre, 13)) continue;
    const distance = Math.hypot(point[0] - centre[0], point[1] - centre[1]);
    colour = over(over(colour, white, coverage(distance - 12)), fill, coverage(distance - 9));
  }
  return [...colour, Math.round(255 * coverage(toGround(point)))];
};

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
};

/** A demo group's logo, as a PNG of 8 bits for each of red, green, blue and opacity (PNG specification, section 11). */
export const logo = (audience: "public" | "private"): Uint8Array => {
  const header = Buffer.from([0, 0, 0, size, 0, 0, 0, size, 8, 6, 0, 0, 0]);
  // Each row begins with its filter: none.
  const rows = Buffer.alloc(size * (1 + size * 4));
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      rows.set(pixel([x + 0.5, y + 0.5], grounds[audience]), y * (1 + size * 4) + 1 + x * 4);
    }
  }
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
};
