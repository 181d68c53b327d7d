/** Runs some work when admission control has a slot for it. Throws Busy if it has none, before the work is started. */
export type Admit = <T>(run: () => Promise<T>) => Promise<T>;
