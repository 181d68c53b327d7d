import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { findInstallation } from "../../../src/adapters/auspice/installation.ts";

interface WebpackModule {
  exports: unknown;
}

/** The function with which webpack's modules require each other and define their exports. */
interface WebpackRequire {
  (id: string): unknown;
  d(exports: object, getters: Readonly<Record<string, () => unknown>>): void;
  r(exports: object): void;
}

type Factory = (module: WebpackModule, exports: unknown, require: WebpackRequire) => void;

const requireFrom = (factories: Readonly<Record<string, Factory>>): WebpackRequire => {
  const loaded = new Map<string, WebpackModule>();
  const require: WebpackRequire = (id) => {
    const cached = loaded.get(id);
    if (cached) return cached.exports;
    const module: WebpackModule = { exports: {} };
    loaded.set(id, module);
    factories[id]?.(module, module.exports, require);
    return module.exports;
  };
  require.d = (exports, getters) => {
    for (const [name, get] of Object.entries(getters)) Object.defineProperty(exports, name, { get });
  };
  require.r = () => {};
  return require;
};

/**
 * The parser of a narrative's front matter from the installed Auspice's bundle: `safeLoadFront` of yaml-front-matter,
 * with the bundled js-yaml.
 */
export const auspiceParser = (): ((text: string) => Record<string, unknown>) => {
  const dist = join(findInstallation().folder, "dist");
  for (const name of readdirSync(dist).filter((file) => file.endsWith(".js"))) {
    const code = readFileSync(join(dist, name), "utf8");
    if (!code.includes('"__content"')) continue;
    const self: { webpackChunkauspice?: [unknown, Record<string, Factory>][] } = {};
    runInThisContext(`(function (self) {${code}\n})`)(self);
    const factories = self.webpackChunkauspice?.[0]?.[1] ?? {};
    const id = Object.keys(factories).find((one) => String(factories[one]).includes('"__content"'));
    if (id === undefined) continue;
    const [parse] = Object.values(Object.getOwnPropertyDescriptors(requireFrom(factories)(id) as object));
    return parse?.get?.();
  }
  throw new Error("Auspice's bundle has no parser for front matter.");
};
