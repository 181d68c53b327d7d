/** What was opened, to be closed in the opposite order. */
export interface Closers {
  add<T extends { close(): Promise<void> }>(opened: T): T;
  /** Closes everything, also after one of them failed; the first failure is thrown in the end. */
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
