/**
 * Gives back to the machine what is out of use, where that can be asked for (`--expose-gc`, `server.js`). Otherwise V8
 * keeps it until it needs it, and keeps what a thread had for seconds after its end.
 */
export const collectGarbage = (): void => {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
};
