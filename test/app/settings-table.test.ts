import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { settingsTable, withTable } from "../../docs/settings-table.ts";
import { optional, setting, text, wholeNumberFrom } from "../../src/app/setting.ts";
import { settings } from "../../src/app/settings.ts";

describe("the table of settings", () => {
  it("has a line for each, with its sources, kind, default and meaning", () => {
    const table = settingsTable({
      A: setting({
        kind: wholeNumberFrom(1),
        otherwise: 2,
        inProduction: 3,
        unit: "seconds",
        says: "Waits.",
      }),
      B: optional({ kind: text, secret: true, inFile: false, says: "As <a>|<b>." }),
    });
    expect(table.split("\n").slice(2)).toEqual([
      "| `A` | environment, configuration file | a whole number from 1, in seconds | `2`; in production `3` | Waits. |",
      "| `B` | environment, secret file | text | unset | As &lt;a>\\|&lt;b>. |",
    ]);
  });

  it("stands in the docs as it is in the code", () => {
    const document = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    expect(withTable(document, settingsTable(settings))).toBe(document);
    expect(withTable(document, "another")).not.toBe(document);
  });

  it("replaces only what is between its marks, and is not put where there are none", () => {
    const document = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    const changed = withTable(document, "another") ?? "";
    expect(changed.startsWith(document.slice(0, 500))).toBe(true);
    expect(changed.endsWith(document.slice(-200))).toBe(true);
    expect(withTable("# No marks", "another")).toBeUndefined();
  });
});
