/** Red, green and blue from 0 to 1, as in sRGB. */
type Rgb = readonly [number, number, number];

/** Lightness, and the two axes of color, of OKLab (https://bottosson.github.io/posts/oklab/). */
type Lab = readonly [number, number, number];

/** The grounds of `palette.css`, and how much of the accent is mixed into `--note-back`. */
const schemes = {
  light: { grounds: ["#ffffff", "#f6f8f8"], tint: 0.09, onAccent: "#ffffff", step: -0.005, strong: -0.08 },
  dark: { grounds: ["#171f1e", "#0f1615"], tint: 0.12, onAccent: "#0b1211", step: 0.005, strong: 0.08 },
} as const;

/** Text of normal size (WCAG 2.2, success criterion 1.4.3, level AA). */
const minContrast = 4.5;

const parse = (hex: string): Rgb => {
  const part = (start: number) => Number.parseInt(hex.slice(start, start + 2), 16) / 255;
  return [part(1), part(3), part(5)];
};

const format = (color: Rgb): string =>
  `#${color
    .map((part) =>
      Math.round(part * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

const map = ([a, b, c]: Rgb, convert: (part: number) => number): Rgb => [convert(a), convert(b), convert(c)];

const toLinear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
const fromLinear = (part: number): number =>
  part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;

const toLab = (color: Rgb): Lab => {
  const [r, g, b] = map(color, toLinear);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

/** What sRGB cannot show is cut off. */
const fromLab = ([lightness, a, b]: Lab): Rgb => {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear: Rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return map(linear, (part) => Math.min(1, Math.max(0, fromLinear(Math.max(0, part)))));
};

const luminance = (color: Rgb): number => {
  const [r, g, b] = map(color, toLinear);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** The contrast ratio of WCAG 2, from 1 to 21. */
const contrast = (a: Rgb, b: Rgb): number => {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};

const mix = ([r, g, b]: Rgb, [x, y, z]: Rgb, share: number): Rgb => [
  r * share + x * (1 - share),
  g * share + y * (1 - share),
  b * share + z * (1 - share),
];

/** The shade of a color that can be read on the scheme's grounds: the color itself, or lighter or darker than it. */
const shades = (hex: string, scheme: keyof typeof schemes): string => {
  const { grounds, tint, onAccent, step, strong } = schemes[scheme];
  const isReadable = (color: Rgb): boolean => {
    const [surface, page] = [parse(grounds[0]), parse(grounds[1])];
    const behind = [surface, page, mix(color, surface, tint), parse(onAccent)];
    return behind.every((ground) => contrast(color, ground) >= minContrast);
  };
  const [lightness, a, b] = toLab(parse(hex));
  let moved = lightness;
  const shade = (): Rgb => parse(format(fromLab([moved, a, b])));
  while (!isReadable(shade()) && (step < 0 ? moved > 0 : moved < 1)) moved += step;
  const accent = format(shade());
  moved += strong;
  return `--accent:${accent};--accent-strong:${format(shade())};--on-accent:${onAccent}`;
};

/**
 * A style sheet that replaces the accent of `palette.css` by the operator's color, given as #rrggbb. Where that could not
 * be read, it is made darker in the light scheme and lighter in the dark one until it can.
 */
export const accentStyle = (hex: string): string =>
  `:root{${shades(hex, "light")}}@media (prefers-color-scheme:dark){:root{${shades(hex, "dark")}}}\n`;
