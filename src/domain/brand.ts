declare const brand: unique symbol;

/** A string that its parser has accepted, and that needs no further checks. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Seconds since 1970-01-01T00:00:00Z, or a span of seconds; fractions are allowed. */
export type Seconds = number;

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json | undefined;
}
