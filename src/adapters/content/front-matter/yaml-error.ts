/** Why YAML is invalid, in words for its author, and the index in its source at which it is. */
export interface YamlErrorExplanation {
  readonly explanation: string;
  readonly position: number | undefined;
}

const needsQuotes = "needs quotation marks around it";

/** Characters that a plain scalar cannot begin with (YAML 1.2 section 5.3), and hyphens. */
const indicators = /[@`%\]},?*&!|>-]/;

/** Index of the quotation mark that opens an unclosed scalar: the last one that is not escaped. */
const openingQuote = (source: string, mark: '"' | "'"): number =>
  (mark === "'" ? source.replaceAll("''", "  ") : source.replaceAll('\\"', "  ")).lastIndexOf(mark);

/** Explanations by js-yaml's message; the first match counts. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/duplicated mapping key/, "a name is there twice"],
  [/a key node is missed/, `a value with a colon and a blank in it ${needsQuotes}`],
  [
    /bad indentation/,
    "it begins with too many or too few blanks; names of one level begin in the same column",
  ],
  [
    /implicit key|colon is missed/,
    "this is no name with a colon, a blank and a value, or something follows a closing quotation mark " +
      "(a quotation mark inside a text has to be of the other kind)",
  ],
  [
    /flow collection/,
    `a bracket is not closed or a comma is missing; plain text that begins with [ or { ${needsQuotes}`,
  ],
  [/alias/, `a value that begins with * ${needsQuotes}`],
  [/anchor/, `a value that begins with & ${needsQuotes}`],
  [/tag/, `a value that begins with ! ${needsQuotes}`],
  [
    /line break is expected|chomping|indentation width/,
    `a value that begins with > or | ${needsQuotes}, or its text on the lines below`,
  ],
  [
    /escape|hexadecimal/,
    "a backslash in double quotation marks has a meaning of its own: use single ones, or two backslashes",
  ],
  [/non-printable|null byte/, "it holds a control character, which no text editor shows"],
  [/merge/, "<<: takes a map and nothing else"],
];

/** Index of the end of the last non-blank line before the one at this position. */
const lineBefore = (source: string, position: number): number =>
  source
    .slice(0, Math.max(source.lastIndexOf("\n", position - 1), source.lastIndexOf("\r", position - 1), 0))
    .trimEnd().length;

const beginsLine = (source: string, position: number): boolean =>
  position === 0 || /[\r\n]/.test(source[position - 1] ?? "");

const explainMissingColon = (source: string, position: number): YamlErrorExplanation =>
  indicators.test(source[position] ?? "") && /[:[,-][ \t]+$/.test(source.slice(0, position))
    ? { explanation: `a value that begins with ${source[position]} ${needsQuotes}`, position }
    : {
        explanation: 'this is no name with a colon, a blank and a value, such as "title: My title"',
        position: beginsLine(source, position) ? position : lineBefore(source, position),
      };

/** The fields of js-yaml 3's YAMLException, which has no types. */
const exceptionDetails = (
  error: object,
): { readonly reason: string; readonly position: number | undefined } => {
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : "it is no YAML";
  const mark = "mark" in error && typeof error.mark === "object" ? error.mark : undefined;
  const position = mark && "position" in mark ? mark.position : undefined;
  return { reason, position: typeof position === "number" ? position : undefined };
};

export const explainYamlError = (source: string, error: object): YamlErrorExplanation => {
  const { reason, position } = exceptionDetails(error);
  if (position === undefined) return { explanation: reason, position };
  const [, kind] = /within a (single|double) quoted scalar/.exec(reason) ?? [];
  if (kind !== undefined) {
    const opening = openingQuote(source, kind === "single" ? "'" : '"');
    return {
      explanation: "a quotation mark opens a text here that is not closed",
      position: Math.max(opening, 0),
    };
  }
  if (/end of the stream or a document separator/.test(reason)) return explainMissingColon(source, position);
  const [, explanation] = explanations.find(([pattern]) => pattern.test(reason)) ?? [];
  // js-yaml reports these at the line after the one with the mistake.
  const isLate =
    /implicit key|colon is missed/.test(reason) ||
    (/flow collection/.test(reason) && beginsLine(source, position));
  return { explanation: explanation ?? reason, position: isLate ? lineBefore(source, position) : position };
};
