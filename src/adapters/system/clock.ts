import type { Clock } from "../../ports/driven/system/clock.ts";

/** The system's clock, in seconds since 1970; it may be set back or forward at any time. */
export const systemClock = (): Clock => ({ now: () => Date.now() / 1000 });
