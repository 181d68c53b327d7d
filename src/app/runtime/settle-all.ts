type Results<Works extends readonly unknown[]> = { -readonly [Index in keyof Works]: Awaited<Works[Index]> };

/**
 * Like Promise.all, but settles only when all promises have. After a failure nothing is opened any more, so that what
 * was opened can be closed.
 */
export const settleAll = async <Works extends readonly unknown[] | []>(
  works: Works,
): Promise<Results<Works>> => {
  const settled = await Promise.allSettled(works);
  const results = settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
  return results as Results<Works>;
};
