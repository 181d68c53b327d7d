/**
 * Sanitizes untrusted text (a provider's, a claim's) for a page or the log: it becomes one line of at most `maxLength`
 * characters, without control characters, invisible ones and those that change the direction of text.
 */
export const sanitizeText = (text: string, maxLength: number): string => {
  const line = text
    .slice(0, 4 * maxLength)
    .toWellFormed()
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).toWellFormed()}…`;
};
