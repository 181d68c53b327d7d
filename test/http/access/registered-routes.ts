import Router from "@koa/router";
import { vi } from "vitest";

/** A route of the server, as its router has it. */
export interface RegisteredRoute {
  readonly methods: readonly string[];
  readonly pattern: string;
  matches(path: string): boolean;
}

/** What the router makes of a route. */
interface Layer {
  readonly methods: readonly string[];
  readonly path: string | RegExp;
  match(path: string): boolean;
}

/**
 * Notes every route that any router of a server is given, in their order, while the server is put together. Of several
 * that match a request the router takes the first.
 */
export const noteRoutes = async (compose: () => Promise<void>): Promise<readonly RegisteredRoute[]> => {
  const spy = vi.spyOn(Router.prototype, "register");
  try {
    await compose();
    const layers = spy.mock.results.map(({ value }) => value as Layer);
    // Middleware has no methods.
    return layers
      .filter(({ methods }) => methods.length > 0)
      .map((layer) => ({
        methods: layer.methods.filter((method) => method !== "HEAD"),
        pattern: String(layer.path),
        matches: (path) => layer.match(path),
      }));
  } finally {
    spy.mockRestore();
  }
};
