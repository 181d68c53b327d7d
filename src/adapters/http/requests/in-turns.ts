/** How many groups are listed at the same time; one request shall not keep the store from all others. */
const atOnce = 8;

/** Does some work for every item, a few at a time; the results are in the items' order. */
export const inTurns = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> => {
  const results: Result[] = [];
  for (let done = 0; done < items.length; done += atOnce) {
    results.push(...(await Promise.all(items.slice(done, done + atOnce).map(work))));
  }
  return results;
};
