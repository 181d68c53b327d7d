/** An object with the property, or an empty one when the value is undefined, for `exactOptionalPropertyTypes`. */
export const ifDefined = <Name extends string, T>(name: Name, value: T | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [K in Name]?: T };
