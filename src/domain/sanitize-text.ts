/**
 * Somebody else's text (a provider's, a claim's) as it may stand on a page or in the log: on one line, without
 * characters that show nothing or turn others around, and cut off at `longest`.
 */
export const sanitizeText = (text: string, longest: number): string => {
  const line = text
    .slice(0, 4 * longest)
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).toWellFormed()}…`;
};
