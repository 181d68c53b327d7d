import { describe, expect, it } from "vitest";
import { evolve, firstGenome, genes, genomeLength, translate } from "../../../src/app/sample/genome.ts";
import { seededNumbers } from "../../../src/app/sample/random-numbers.ts";

describe("the invented genome", () => {
  it("is read by the standard genetic code", () => {
    const sequence = "ATGTTTCTGATTGTTTCTCCTACTGCTTATCATCAGAATAAGGATGAGTGTTGGCGTGGTAGATAATAGTGA";
    expect(translate(sequence, { name: "X", start: 1, end: sequence.length })).toBe(
      "MFLIVSPTAYHQNKDECWRGR***",
    );
    expect(translate("GGATGGG", { name: "X", start: 3, end: 5 })).toBe("M");
  });

  it("has genes that do not overlap, begin with a start and end with their only stop", () => {
    const sequence = firstGenome(seededNumbers(1));
    expect(sequence).toHaveLength(genomeLength);
    expect(sequence).toMatch(/^[ACGT]+$/);
    for (const [index, gene] of genes.entries()) {
      expect(gene.start).toBeGreaterThan(genes[index - 1]?.end ?? 0);
      expect(translate(sequence, gene)).toMatch(/^M[^*]+\*$/);
    }
  });

  it("keeps its genes whole however much it changes", () => {
    const random = seededNumbers(2);
    const { sequence, mutations, count } = evolve(firstGenome(random), 2000, false, random);
    expect(mutations.nuc).toHaveLength(count);
    for (const gene of genes) expect(translate(sequence, gene)).toMatch(/^M[^*]+\*$/);
  });

  it("becomes the variant by one change that shows in the protein", () => {
    const random = seededNumbers(3);
    const { mutations, count } = evolve(firstGenome(random), 0, true, random);
    expect(count).toBe(1);
    expect(mutations.G).toEqual(["K214E"]);
  });

  it("does not change by itself", () => {
    const random = seededNumbers(4);
    const before = firstGenome(random);
    expect(evolve(before, 0, false, random)).toEqual({ sequence: before, mutations: {}, count: 0 });
  });
});
