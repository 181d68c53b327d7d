import type { Seconds } from "../../../domain/brand.ts";

export interface Clock {
  now(): Seconds;
}
