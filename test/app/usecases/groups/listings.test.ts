import { expect, it } from "vitest";
import { listings } from "../../../../src/app/usecases/groups/listings.ts";
import { publicGroup } from "../../../domain/sample.ts";
import { dataSetup, signal } from "../resources/data-setup.ts";

it.each([
  [249, 0],
  [250, 1],
  [501, 2],
])("a listing of %i datasets and a narrative lets others have their turn %i times", async (count, turns) => {
  const d = dataSetup();
  for (let at = 0; at < count; at += 1) await d.put(`blab/datasets/d-${at}.json`, "{}");
  await d.put("blab/narratives/tale.md", "x");
  let paused = 0;
  const pause = async () => {
    paused += 1;
  };
  const listing = await listings({ store: d.store, pause }).of(publicGroup.name, signal);
  expect([listing.datasets.length, listing.narratives.length, paused]).toEqual([count, 1, turns]);
});

it("a listing of names without an address lets others have their turn as often", async () => {
  const d = dataSetup();
  for (let at = 0; at < 500; at += 1) await d.put(`blab/datasets/_${at}.json`, "{}");
  let paused = 0;
  const pause = async () => {
    paused += 1;
  };
  const listing = await listings({ store: d.store, pause }).of(publicGroup.name, signal);
  expect([listing.datasets, paused]).toEqual([[], 2]);
});
