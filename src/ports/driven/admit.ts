/** Runs some work when there is a place for it. Throws Busy before it was begun. */
export type Admit = <T>(run: () => Promise<T>) => Promise<T>;
