/** An option that is left out when there is no value for it, as `exactOptionalPropertyTypes` wants it. */
export const ifDefined = <Name extends string, T>(name: Name, value: T | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: T };
