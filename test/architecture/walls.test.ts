import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Sources } from "./import-graph.ts";
import { importsOf } from "./import-graph.ts";
import { brokenWalls, crowdedFolders } from "./walls.ts";

const codebase = fileURLToPath(new URL("../../", import.meta.url));

const readSources = (): Sources =>
  Object.fromEntries(
    readdirSync(join(codebase, "src"), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|js)$/.test(name) && !name.endsWith(".d.ts"))
      .map((name) => [
        `src/${name.replaceAll("\\", "/")}`,
        readFileSync(join(codebase, "src", name), "utf8"),
      ]),
  );

describe("the source", () => {
  const sources = readSources();

  it("is all there", () => {
    expect(Object.keys(sources).length).toBeGreaterThan(150);
    expect(sources).toHaveProperty(["src/app/runtime/main.ts"]);
  });

  it("breaks no wall", () => {
    expect(brokenWalls(sources)).toEqual([]);
  });
});

describe("a folder", () => {
  const filesBelow = (folder: string): string[] =>
    readdirSync(join(codebase, folder), { recursive: true, withFileTypes: true })
      // What the tests have installed for themselves is not ours.
      .filter((entry) => entry.isFile() && !`${entry.parentPath}/`.includes("/.cache/"))
      .map((entry) => join(entry.parentPath, entry.name));

  it.each(["src", "test", "docs"])("of %s holds no more files than one reads at a glance", (folder) => {
    expect(filesBelow(folder).length).toBeGreaterThan(5);
    expect(crowdedFolders(filesBelow(folder))).toEqual([]);
  });

  it("may be too crowded", () => {
    const files = (count: number) => Array.from({ length: count }, (_, n) => `src/a/${n}.ts`);
    expect(crowdedFolders([...files(14), "src/a/b/c.ts"])).toEqual([]);
    expect(crowdedFolders(files(15))).toEqual(["src/a holds 15 files"]);
  });
});

describe("an import", () => {
  it.each([
    ['import { a } from "../ports/a.ts";', false],
    ['import type { A } from "../ports/a.ts";', true],
    ['import { type A } from "../ports/a.ts";', false],
    ['import "../ports/a.ts";', false],
    ['import * as a from "../ports/a.ts";', false],
    ['export { a } from "../ports/a.ts";', false],
    ['export type { A } from "../ports/a.ts";', true],
    ['export * from "../ports/a.ts";', false],
    ['const a = () => import("../ports/a.ts");', false],
    ["const a = () => import(`../ports/a.ts`);", false],
    ['type A = import("../ports/a.ts").A;', true],
    ['import a = require("../ports/a.ts");', false],
    ['const a = require("../ports/a.ts");', false],
  ])("is seen in the form %s", (text, isTypeOnly) => {
    expect(importsOf("src/domain/x.ts", text)).toEqual([
      { from: "src/domain/x.ts", to: "src/ports/a.ts", isRelative: true, isTypeOnly },
    ]);
  });

  it("is not seen in comments and texts", () => {
    const text =
      '// import "./a.ts"\n/* import("./b.ts") */ const c = \'import "./d.ts"\'; export const e = 1;';
    expect(importsOf("src/domain/x.ts", text)).toEqual([]);
  });
});

describe("a wall", () => {
  it.each<[string, string, string]>([
    ["domain that imports a package", "src/domain/x.ts", 'import { z } from "zod";'],
    ["domain that imports a module of Node's", "src/domain/x.ts", 'import { join } from "node:path";'],
    [
      "domain that imports a port's types",
      "src/domain/x.ts",
      'import type { A } from "../ports/driven/a.ts";',
    ],
    [
      "domain that imports an adapter later",
      "src/domain/x.ts",
      'const a = import("../adapters/redis/a.ts");',
    ],
    ["domain that imports what it computes", "src/domain/x.ts", "const a = (name: string) => import(name);"],
    ["domain that imports from above the source", "src/domain/x.ts", 'import "../../test/a.ts";'],
    [
      "a port that imports an adapter",
      "src/ports/driven/x.ts",
      'import type { A } from "../../adapters/a/a.ts";',
    ],
    ["a port that imports a package's types", "src/ports/driven/x.ts", 'import type { Context } from "koa";'],
    [
      "a port that imports more than types",
      "src/ports/driven/x.ts",
      'import { a } from "../../domain/a.ts";',
    ],
    ["an adapter that imports another", "src/adapters/s3/x.ts", 'import { a } from "../redis/a.ts";'],
    [
      "an adapter that imports one of a like name",
      "src/adapters/s3/x.ts",
      'import { a } from "../s3-2/a.ts";',
    ],
    [
      "what adapters share that imports a port's types",
      "src/adapters/shared/x.ts",
      'import type { A } from "../../ports/driven/a.ts";',
    ],
    [
      "what adapters share that imports the domain",
      "src/adapters/shared/x.ts",
      'import { a } from "../../domain/a.ts";',
    ],
    [
      "what adapters share that imports an adapter",
      "src/adapters/shared/x.ts",
      'import { a } from "../s3/a.ts";',
    ],
    ["what adapters share that reads the environment", "src/adapters/shared/x.ts", "const a = process.env;"],
    [
      "an adapter that imports the application",
      "src/adapters/s3/x.ts",
      'import { a } from "../../app/a.ts";',
    ],
    [
      "an adapter that imports a use case's types",
      "src/adapters/http/x.ts",
      'import type { A } from "../../app/usecases/a.ts";',
    ],
    [
      "a use case that imports an adapter",
      "src/app/usecases/x.ts",
      'export * from "../../adapters/s3/a.ts";',
    ],
    [
      "a use case that imports a module of Node's",
      "src/app/usecases/x.ts",
      'import { randomBytes } from "node:crypto";',
    ],
    ["a use case that imports a package", "src/app/usecases/x.ts", 'import type { Eta } from "eta";'],
    [
      "a use case that imports the composition root",
      "src/app/usecases/x.ts",
      'import { a } from "../compose.ts";',
    ],
    [
      "an adapter that asks the policy",
      "src/adapters/http/x.ts",
      'import { may } from "../../domain/identity/policy.ts";',
    ],
    [
      "a port that speaks of the policy",
      "src/ports/driving/x.ts",
      'import type { Right } from "../../domain/identity/policy.ts";',
    ],
    [
      "a second use case that asks the policy",
      "src/app/usecases/resources/x.ts",
      'import { may } from "../../../domain/identity/policy.ts";',
    ],
    ["an adapter that reads the environment", "src/adapters/s3/x.ts", "const a = process.env.AWS_REGION;"],
    ["settings that read the environment", "src/app/config/settings.ts", 'const a = process["env"];'],
    ["one that takes the environment apart", "src/app/x.ts", "const { env } = process;"],
    ["one that imports the environment", "src/app/x.ts", 'import { env } from "node:process";'],
    ["one that reaches the environment around", "src/app/x.ts", "const a = globalThis.process.env;"],
    ["a file that belongs to no layer", "src/x.ts", "export const a = 1;"],
    ["an adapter outside a folder of its own", "src/adapters/x.ts", "export const a = 1;"],
  ])("is broken by %s", (_, path, text) => {
    expect(brokenWalls({ [path]: text })).toEqual([expect.stringContaining(path)]);
  });

  it("is broken by files that import one another, types included", () => {
    const a = 'import { b } from "./b.ts";';
    const b = 'import type { C } from "./c.ts";';
    const c = 'export * from "./a.ts";';
    const sources = { "src/domain/a.ts": a, "src/domain/b.ts": b, "src/domain/c.ts": c };
    expect(brokenWalls(sources)).toEqual([expect.stringContaining("circle")]);
    expect(brokenWalls({ ...sources, "src/domain/c.ts": "" })).toEqual([]);
    expect(brokenWalls({ "src/domain/a.ts": 'import "./a.ts";' })).toHaveLength(1);
  });

  it.each<[string, string]>([
    ["src/domain/x.ts", 'import { a } from "./a.ts";'],
    [
      "src/ports/driving/x.ts",
      'import type { A } from "../../domain/a.ts"; import type { B } from "../driven/b.ts";',
    ],
    [
      "src/adapters/s3/x.ts",
      'import { S3 } from "@aws-sdk/client-s3"; import { a } from "./a.ts"; import "node:path";',
    ],
    ["src/adapters/s3/x.ts", 'import { a } from "../shared/a.ts";'],
    ["src/adapters/shared/x.ts", 'import { a } from "./a.ts"; import { b } from "package";'],
    [
      "src/adapters/http/pages/x.ts",
      'import { a } from "../a.ts"; import { b } from "../../../domain/b.ts";',
    ],
    [
      "src/app/usecases/x.ts",
      'import { a } from "./a.ts"; import type { B } from "../../ports/driven/b.ts";',
    ],
    [
      "src/app/x.ts",
      'const a = import("../adapters/s3/a.ts"); process.exitCode = 1; const { process: p } = a;',
    ],
    ["src/app/usecases/groups/access.ts", 'import { may } from "../../../domain/identity/policy.ts";'],
    ["src/app/runtime/main.ts", "const a = process.env;"],
  ])("stands where %s says %s", (path, text) => {
    expect(brokenWalls({ [path]: text })).toEqual([]);
  });
});
