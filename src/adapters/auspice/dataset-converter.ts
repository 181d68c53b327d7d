import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { JsonObject } from "../../domain/brand.ts";
import { UnusableObject } from "../../domain/failure.ts";
import type { DatasetConverter } from "../../ports/driven/dataset-converter.ts";
import type { Installation } from "./installation.ts";

type ConvertFromV1 = (pair: { readonly tree: JsonObject; readonly meta: JsonObject }) => JsonObject;

/** Converts by Auspice's own `convertFromV1`, which is loaded at the first v1 dataset. */
export const datasetConverter = ({ folder }: Installation): DatasetConverter => {
  // Auspice's index.js names the same function, but only beside its whole command line.
  const module = pathToFileURL(join(folder, "cli-build", "server", "convertJsonSchemas.js")).href;

  return {
    async fromV1(meta, tree) {
      const { convertFromV1 } = (await import(module)) as { convertFromV1: ConvertFromV1 };
      try {
        // It gets no copy to take apart: structuredClone ends at trees of some 1000 levels, sooner than this does.
        return convertFromV1({ tree, meta });
      } catch (cause) {
        throw new UnusableObject("This dataset is in an old format and could not be converted.", { cause });
      }
    },
  };
};
