/** Works something out once for each object, and knows it for as long as the object is there. */
export const memoize = <Key extends object, Value>(compute: (key: Key) => Value): ((key: Key) => Value) => {
  const cache = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const hit = cache.get(key);
    if (hit) return hit.value;
    const value = compute(key);
    cache.set(key, { value });
    return value;
  };
};
