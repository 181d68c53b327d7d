/** Open resources, which are closed in reverse order. */
export interface Closers {
  add<T extends { close(): Promise<void> }>(opened: T): T;
  /** Closes all of them, even if one fails; then throws the first failure. */
  closeAll(): Promise<void>;
}

export const closers = (): Closers => {
  const opened: { close(): Promise<void> }[] = [];
  return {
    add: (one) => {
      opened.push(one);
      return one;
    },
    closeAll: async () => {
      const failures: unknown[] = [];
      for (const one of opened.splice(0).reverse()) {
        try {
          await one.close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
};
