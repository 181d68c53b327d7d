/** tsyringe refuses to load without this function of a polyfill that only decorators need; we have none. */
(Reflect as { getMetadata?: unknown }).getMetadata ??= () => undefined;
