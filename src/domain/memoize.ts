/** Works something out once for each object, and knows it for as long as the object is there. */
export const memoize = <Key extends object, Value>(workOut: (key: Key) => Value): ((key: Key) => Value) => {
  const known = new WeakMap<Key, { readonly value: Value }>();
  return (key) => {
    const kept = known.get(key);
    if (kept) return kept.value;
    const value = workOut(key);
    known.set(key, { value });
    return value;
  };
};
