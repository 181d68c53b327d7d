import { afterAll } from "vitest";
import { datasetConverter } from "../../../src/adapters/auspice/dataset-converter.ts";
import { findInstallation } from "../../../src/adapters/auspice/installation.ts";
import type { Harness } from "./dataset-converter.contract.ts";
import { datasetConverterContract } from "./dataset-converter.contract.ts";

const converter = datasetConverter(findInstallation());
afterAll(() => converter.close());

const auspice = async (): Promise<Harness> => ({ converter });

for (const [adapter, open] of Object.entries({ auspice })) datasetConverterContract(adapter, open);
