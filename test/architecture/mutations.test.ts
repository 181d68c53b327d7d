import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutations } from "../checker/model/mutation.ts";

test.each(Object.entries(mutations))("The checker's mutation fits the source: %s", (_, { file, from }) => {
  const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
  expect(source.split(from)).toHaveLength(2);
});
