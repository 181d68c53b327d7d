import fc from "fast-check";

/** How a text is made that may take a parser long: one thing over and over, between a beginning and an end. */
export interface Recipe {
  readonly first: string;
  readonly repeated: string;
  readonly last: string;
  /** Numbers make each repetition another one; brackets are closed again in the second half. */
  readonly shape: "same" | "numbered" | "closed";
}

/** Of what means something to the parser, and of anything else. */
export const recipe = (pieces: readonly string[]): fc.Arbitrary<Recipe> => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 2 }) },
  );
  const text = (minLength: number, maxLength: number) =>
    fc.array(piece, { minLength, maxLength }).map((parts) => parts.join(""));
  return fc.record({
    first: text(0, 2),
    repeated: text(1, 3),
    last: text(0, 2),
    shape: fc.constantFrom("same", "same", "numbered", "closed"),
  });
};

/** Each piece by itself, alone and between what is none of them, so that none is left to chance. */
export const plainRecipes = (pieces: readonly string[]): readonly Recipe[] =>
  pieces.flatMap((repeated) => [
    { first: "", repeated, last: "", shape: "same" },
    { first: "x", repeated, last: "x!", shape: "same" },
  ]);

const closing: ReadonlyMap<string, string> = new Map([
  ["[", "]"],
  ["{", "}"],
  ["(", ")"],
  ["<", ">"],
]);

const closed = (text: string): string =>
  [...text]
    .reverse()
    .map((character) => closing.get(character) ?? character)
    .join("");

const repetition = ({ repeated, shape }: Recipe, length: number): string => {
  switch (shape) {
    case "same":
      return repeated.repeat(Math.floor(length / repeated.length));
    case "numbered":
      return Array.from(
        { length: Math.floor(length / (repeated.length + String(length).length)) },
        (_, at) => `${repeated}${at}`,
      ).join("");
    case "closed": {
      const half = repeated.repeat(Math.floor(length / 2 / repeated.length));
      return half + closed(half);
    }
  }
};

/** A text of this recipe, of so many characters at most. */
export const hostileText = (made: Recipe, length: number): string =>
  made.first + repetition(made, length - made.first.length - made.last.length) + made.last;
