import { describe, expect, it } from "vitest";
import { settingsTable } from "../../../docs/settings-table.ts";
import { optional, setting, text, wholeNumberFrom } from "../../../src/app/config/setting.ts";

describe("the table of settings", () => {
  it("has a line for each, with its sources, kind, default and meaning", () => {
    const table = settingsTable({
      A: setting({
        kind: wholeNumberFrom(1),
        default: 2,
        inProduction: 3,
        unit: "seconds",
        description: "Waits.",
      }),
      B: optional({ kind: text, secret: true, inFile: false, description: "As <a>|<b>." }),
    });
    expect(table.split("\n").slice(2)).toEqual([
      "| `A` | environment, configuration file | a whole number from 1, in seconds | `2`; in production `3` | Waits. |",
      "| `B` | environment, secret file | text | unset | As &lt;a>\\|&lt;b>. |",
    ]);
  });
});
