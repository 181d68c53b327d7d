import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tables, withTable } from "../../../docs/tables.ts";
import { pinnedVersions, versionsTable } from "../../../docs/versions-table.ts";
import { findInstallation } from "../../../src/adapters/auspice/installation.ts";

const documentOf = (file: string) => readFileSync(new URL(`../../../docs/${file}`, import.meta.url), "utf8");

describe.each(tables)("the table in $file", (table) => {
  it("stands there as it is made", () => {
    const document = documentOf(table.file);
    expect(withTable(document, table, table.make())).toBe(document);
    expect(withTable(document, table, "another")).not.toBe(document);
  });

  it("is replaced between its marks only, and not put where there are none", () => {
    const document = documentOf(table.file);
    const changed = withTable(document, table, "another") ?? "";
    const [before, after] = document.split(table.make()) as [string, string];
    expect(changed).toBe(`${before}another${after}`);
    expect(withTable("# No marks", table, "another")).toBeUndefined();
  });
});

describe("the versions that were tried", () => {
  it("are all known", () => {
    const { cli, auspice, chromium, keycloak } = pinnedVersions();
    for (const version of [cli, auspice, keycloak]) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(chromium).toMatch(/^\d+$/);
  });

  it("each have a line", () => {
    const table = versionsTable({ cli: "1.2", auspice: "3.4", chromium: "5", keycloak: "6.7" });
    const cells = table.split("\n").map((line) => line.split(" | ").slice(0, 2).join(" "));
    expect(cells.slice(2)).toEqual([
      "| Nextstrain CLI 1.2",
      "| Auspice 3.4",
      "| Chromium 5",
      "| Keycloak 6.7",
    ]);
  });

  it("have that of the Auspice which is installed", () => {
    const installed = readFileSync(join(findInstallation().folder, "package.json"), "utf8");
    expect(JSON.parse(installed)).toMatchObject({ name: "auspice", version: pinnedVersions().auspice });
  });
});
