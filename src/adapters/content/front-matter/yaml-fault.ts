/** Why YAML cannot be read, for the person who wrote it, and the position in its source that is to blame. */
export interface YamlFault {
  readonly why: string;
  readonly position: number | undefined;
}

const quote = "needs quotation marks around it";

/** The beginning of a value that YAML has other uses for. */
const indicators = /[@`%\]},?*&!|>-]/;

/** Only pairs of single quotation marks stand inside of a text between single ones, so the odd one opens it. */
const openingOf = (source: string, mark: '"' | "'"): number =>
  (mark === "'" ? source.replaceAll("''", "  ") : source.replaceAll('\\"', "  ")).lastIndexOf(mark);

/** By what js-yaml says, in the order in which it is looked for. */
const explanations: readonly (readonly [RegExp, string])[] = [
  [/duplicated mapping key/, "a name is there twice"],
  [/a key node is missed/, `a value with a colon and a blank in it ${quote}`],
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
    `a bracket is not closed or a comma is missing; plain text that begins with [ or { ${quote}`,
  ],
  [/alias/, `a value that begins with * ${quote}`],
  [/anchor/, `a value that begins with & ${quote}`],
  [/tag/, `a value that begins with ! ${quote}`],
  [
    /line break is expected|chomping|indentation width/,
    `a value that begins with > or | ${quote}, or its text on the lines below`,
  ],
  [
    /escape|hexadecimal/,
    "a backslash in double quotation marks has a meaning of its own: use single ones, or two backslashes",
  ],
  [/non-printable|null byte/, "it holds a control character, which no text editor shows"],
  [/merge/, "<<: takes a map and nothing else"],
];

/** The end of the last line with something in it before the one at this position. */
const lineBefore = (source: string, position: number): number =>
  source
    .slice(0, Math.max(source.lastIndexOf("\n", position - 1), source.lastIndexOf("\r", position - 1), 0))
    .trimEnd().length;

const beginsLine = (source: string, position: number): boolean =>
  position === 0 || /[\r\n]/.test(source[position - 1] ?? "");

const endExpected = (source: string, position: number): YamlFault =>
  indicators.test(source[position] ?? "") && /[:[,-][ \t]+$/.test(source.slice(0, position))
    ? { why: `a value that begins with ${source[position]} ${quote}`, position }
    : {
        why: 'this is no name with a colon, a blank and a value, such as "title: My title"',
        position: beginsLine(source, position) ? position : lineBefore(source, position),
      };

/** What js-yaml 3 has on what it throws, beside the message that it makes of it. */
const detailsOf = (error: object): { readonly reason: string; readonly position: number | undefined } => {
  const reason = "reason" in error && typeof error.reason === "string" ? error.reason : "it is no YAML";
  const mark = "mark" in error && typeof error.mark === "object" ? error.mark : undefined;
  const position = mark && "position" in mark ? mark.position : undefined;
  return { reason, position: typeof position === "number" ? position : undefined };
};

export const explainYaml = (source: string, error: object): YamlFault => {
  const { reason, position } = detailsOf(error);
  if (position === undefined) return { why: reason, position };
  const [, kind] = /within a (single|double) quoted scalar/.exec(reason) ?? [];
  if (kind !== undefined) {
    const opening = openingOf(source, kind === "single" ? "'" : '"');
    return { why: "a quotation mark opens a text here that is not closed", position: Math.max(opening, 0) };
  }
  if (/end of the stream or a document separator/.test(reason)) return endExpected(source, position);
  const [, why] = explanations.find(([pattern]) => pattern.test(reason)) ?? [];
  // It looks for the rest on the next line before it finds out.
  const isLate =
    /implicit key|colon is missed/.test(reason) ||
    (/flow collection/.test(reason) && beginsLine(source, position));
  return { why: why ?? reason, position: isLate ? lineBefore(source, position) : position };
};
