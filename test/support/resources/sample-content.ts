import { sampleFiles, simulateOutbreak } from "../../../src/app/sample/outbreak.ts";
import { parseGroupName } from "../../../src/domain/groups/group.ts";

export type SampleName = "main" | "root-sequence" | "tip-frequencies" | "measurements" | "narrative";

const cache = new Map<SampleName, Buffer>();

const generate = (): void => {
  const name = parseGroupName("blab");
  if (name === undefined) throw new Error("blab is no group's name");
  for (const { kind, content } of sampleFiles(
    simulateOutbreak(),
    { name, isPublic: true },
    "https://groups.example.org",
  )) {
    if (kind.kind === "narrative") cache.set("narrative", Buffer.from(content));
    else if (kind.kind === "dataset" && kind.file !== "meta" && kind.file !== "tree") {
      cache.set(kind.file, Buffer.from(content));
    }
  }
};

/** A realistic file of hundreds of samples, from the generator of the sample data. */
export const sampleContent = (name: SampleName): Buffer => {
  if (cache.size === 0) generate();
  const content = cache.get(name);
  if (!content) throw new Error(`The sample data has no ${name}.`);
  return content;
};
