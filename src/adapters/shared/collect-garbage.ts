/**
 * Collects garbage and returns the memory to the system, if `gc` is exposed (`--expose-gc`, `server.js`). Without it
 * V8 would keep that memory, and that of a thread for seconds after the thread's end.
 */
export const collectGarbage = (): void => {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
};
