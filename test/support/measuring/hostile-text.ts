import fc from "fast-check";

/** A text that a parser may take long for: repetitions of a string, between a first and a last one. */
export interface Recipe {
  readonly first: string;
  readonly repeated: string;
  readonly last: string;
  /** "numbered": each repetition has another number. "closed": the second half closes the brackets of the first. */
  readonly shape: "same" | "numbered" | "closed";
}

/** Recipes mostly of fragments that are special for the parser. */
export const recipe = (fragments: readonly string[]): fc.Arbitrary<Recipe> => {
  const fragment = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...fragments) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 2 }) },
  );
  const text = (minLength: number, maxLength: number) =>
    fc.array(fragment, { minLength, maxLength }).map((parts) => parts.join(""));
  return fc.record({
    first: text(0, 2),
    repeated: text(1, 3),
    last: text(0, 2),
    shape: fc.constantFrom("same", "same", "numbered", "closed"),
  });
};

/** Each fragment by itself, alone and between what is none of them, so that none is left to chance. */
export const plainRecipes = (fragments: readonly string[]): readonly Recipe[] =>
  fragments.flatMap((repeated) => [
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
export const hostileText = (one: Recipe, length: number): string =>
  one.first + repetition(one, length - one.first.length - one.last.length) + one.last;
