/** tsyringe refuses to load without this function of the reflect-metadata polyfill, which only decorators need. */
(Reflect as { getMetadata?: unknown }).getMetadata ??= () => undefined;
