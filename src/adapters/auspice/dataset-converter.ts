import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { JsonObject } from "../../domain/brand.ts";
import { UnusableObject } from "../../domain/failure.ts";
import type { DatasetConverter } from "../../ports/driven/dataset-converter.ts";
import type { Installation } from "./installation.ts";

type ConvertFromV1 = (pair: { readonly tree: JsonObject; readonly meta: JsonObject }) => JsonObject;

/** Converts by Auspice's own `convertFromV1`, which is loaded at the first v1 dataset. */
export const createDatasetConverter = ({ folder }: Installation): DatasetConverter => {
  // Auspice's index.js names the same function, but only beside its whole command line.
  const module = pathToFileURL(join(folder, "cli-build", "server", "convertJsonSchemas.js")).href;

  return {
    async fromV1(meta, tree) {
      const { convertFromV1 } = (await import(module)) as { convertFromV1: ConvertFromV1 };
      try {
        // No copy for it to take apart: structuredClone stops at trees of 2000 levels, this at far more than 8000.
        return convertFromV1({ tree, meta });
      } catch (cause) {
        throw new UnusableObject("This dataset is in an old format and could not be converted.", { cause });
      }
    },
  };
};
