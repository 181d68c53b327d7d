import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BadGroupsFile, readGroupsFile } from "../../../src/adapters/filesystem/role-group-catalogue.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("the groups file", () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => folder.remove());

  const read = async (content: string) => {
    const path = join(folder.path, "groups.json");
    await writeFile(path, content);
    return readGroupsFile(path);
  };

  const problemsOf = async (reading: Promise<unknown>): Promise<readonly string[]> => {
    const error = await reading.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof BadGroupsFile ? error.problems : expect.unreachable();
  };

  it("returns the groups in the order of the file, and as public only those with isPublic true", async () => {
    const values = [true, false, "true", 1, null, undefined];
    const records = values.map((isPublic, index) => ({ name: `Group-${index}`, isPublic }));
    expect((await read(JSON.stringify(records))).all()).toEqual(
      values.map((_, index) => ({ name: `Group-${index}`, isPublic: index === 0 })),
    );
  });

  it("finds a group by any spelling that normalises to its name", async () => {
    const catalogue = await read('[{"name": "NextFlu", "isPublic": true}]');
    for (const spelling of ["NextFlu", "nextflu", "NEXTFLU", "next\ufb02u"]) {
      expect(catalogue.find(spelling)?.name).toBe("NextFlu");
    }
    for (const unknown of ["nextflu2", "", "__proto__", "constructor"]) {
      expect(catalogue.find(unknown)).toBeUndefined();
    }
  });

  it("may be empty", async () => {
    expect((await read("[]")).all()).toEqual([]);
  });

  it("reports all its faults at once", async () => {
    const names = ["ok-1", "no", "under_score", "x".repeat(51), "bl\u0430b", "Same", "same", "SAME"];
    const records = [...names.map((name) => ({ name })), { isPublic: true }, "text", null];
    const problems = await problemsOf(read(JSON.stringify(records)));
    expect(problems).toHaveLength(4 + 3 + 1);
    expect(problems.join("\n")).toMatch(
      /"no".*"under_score".*Record 9.*Record 10.*Record 11.*"Same" and "same" and "SAME"/s,
    );
  });

  it.each([
    ["not JSON", "{"],
    ["not an array", '{"name": "abc"}'],
    ["null", "null"],
  ])("is rejected when it is %s", async (_, content) => {
    expect(await problemsOf(read(content))).toHaveLength(1);
  });

  it("is rejected with the error code when it cannot be read", async () => {
    expect((await problemsOf(readGroupsFile(join(folder.path, "absent.json"))))[0]).toContain("ENOENT");
    expect((await problemsOf(readGroupsFile(folder.path)))[0]).toContain("EISDIR");
  });
});
