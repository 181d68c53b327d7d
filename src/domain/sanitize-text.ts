/**
 * Somebody else's text (a provider's, a claim's) as it may stand on a page or in the log: on one line, without
 * characters that show nothing or turn others around, and cut off at `longest`.
 */
export const sanitizeText = (text: string, maxLength: number): string => {
  const line = text
    .slice(0, 4 * maxLength)
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
};
