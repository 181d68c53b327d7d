import type { Clock } from "../../ports/driven/system/clock.ts";

export const systemClock = (): Clock => ({ now: () => Date.now() / 1000 });
