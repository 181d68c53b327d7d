type Results<Works extends readonly unknown[]> = { -readonly [Index in keyof Works]: Awaited<Works[Index]> };

/**
 * Waits for all of them, also after one has failed, and then throws the first failure: what is opened while
 * the others are being closed would stay open.
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
