/** How many groups are listed concurrently, so that one request does not take all of the store's connections. */
const batchSize = 8;

/** Maps items by an asynchronous function, one batch after the other; the results are in the items' order. */
export const mapInBatches = async <Item, Result>(
  items: readonly Item[],
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    results.push(...(await Promise.all(items.slice(start, start + batchSize).map(map))));
  }
  return results;
};
