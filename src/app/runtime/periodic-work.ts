import type { Seconds } from "../../domain/brand.ts";
import type { Background } from "../usecases/sessions/background.ts";

/** Runs work in the background now and again, until it is closed. It keeps no process alive. */
export const periodicWork = (
  background: Background,
  what: string,
  work: () => Promise<void>,
  interval: Seconds,
): { close(): Promise<void> } => {
  const timer = setInterval(() => background.add(what, work), interval * 1000);
  timer.unref();
  return {
    close: async () => clearInterval(timer),
  };
};
