/** The first pattern that matches counts, since most browsers name others too in their User-Agent. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\b(Edg|EdgA|EdgiOS)\//, "Edge"],
  [/\b(OPR|OPX)\//, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|Chromium|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+.* Safari\//, "Safari"],
];

const operatingSystems: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\b(Macintosh|Mac OS X)\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

/** In characters. No browser sends more, and the patterns need not be run on more. */
const maxUserAgentLength = 500;

const firstMatch = (text: string, names: typeof browsers): string | undefined =>
  names.find(([pattern]) => pattern.test(text))?.[1];

/**
 * Browser and operating system, such as "Firefox on Linux": enough for people to recognize their own sessions, and too
 * little to identify anybody. No text of the header is in it. Undefined: neither was recognized.
 */
export const describeUserAgent = (userAgent: string): string | undefined => {
  const text = userAgent.slice(0, maxUserAgentLength);
  const [browser, system] = [firstMatch(text, browsers), firstMatch(text, operatingSystems)];
  if (browser === undefined) return system && `A browser on ${system}`;
  return system === undefined ? browser : `${browser} on ${system}`;
};
