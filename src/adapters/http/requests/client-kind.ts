/** What people call their browsers, by what a User-Agent header holds; the first that fits, as many name others too. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\b(Edg|EdgA|EdgiOS)\//, "Edge"],
  [/\b(OPR|OPX)\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|Chromium|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+.* Safari\//, "Safari"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\b(Macintosh|Mac OS X)\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** No browser sends more; and no pattern is to work on what nobody sends. */
const longest = 500;

const nameIn = (text: string, names: typeof browsers): string | undefined =>
  names.find(([pattern]) => pattern.test(text))?.[1];

/**
 * What a person would call the client that sent this User-Agent, such as "Firefox on Linux": enough to know
 * one's own again, and nothing that tells people apart. Only our own words; undefined: no idea.
 */
export const clientKind = (userAgent: string): string | undefined => {
  const text = userAgent.slice(0, longest);
  const [browser, system] = [nameIn(text, browsers), nameIn(text, systems)];
  if (browser === undefined) return system && `A browser on ${system}`;
  return system === undefined ? browser : `${browser} on ${system}`;
};
