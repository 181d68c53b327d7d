import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Group, GroupName, NormalisedGroupName } from "../../domain/groups/group.ts";
import { normaliseGroupName, parseGroupName } from "../../domain/groups/group.ts";
import type { RoleGroupCatalogue } from "../../ports/driven/identity/role-group-catalogue.ts";

/** A groups file is invalid. `problems` has a sentence for the operator on each fault. */
export class BadGroupsFile extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}

const readJson = async (path: string): Promise<unknown> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    throw new BadGroupsFile([`The file cannot be read (${code}).`], { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadGroupsFile(["The file is not valid JSON."], { cause });
  }
};

const recordSchema = z.object({ name: z.string(), isPublic: z.unknown() });

/** The group, or a sentence on what is wrong with the record. */
const parseRecord = (record: unknown, index: number): Group | string => {
  const read = recordSchema.safeParse(record);
  if (!read.success) return `Record ${index + 1} is not an object with a name that is a string.`;
  const { name: text, isPublic } = read.data;
  const name = parseGroupName(text);
  if (name === undefined) {
    return `${JSON.stringify(text)} is no valid name: 3 to 50 ASCII letters, digits and hyphens are.`;
  }
  return { name, isPublic: isPublic === true };
};

const describeDuplicates = (names: readonly GroupName[]): string =>
  `${names.map((name) => JSON.stringify(name)).join(" and ")} are the same name: letter case makes no difference.`;

/** Reads the groups from a JSON file. @throws BadGroupsFile with every fault of the file. */
export const readGroupsFile = async (path: string): Promise<RoleGroupCatalogue> => {
  const records = await readJson(path);
  if (!Array.isArray(records)) throw new BadGroupsFile(["The file does not hold an array of groups."]);
  const parsed = records.map(parseRecord);
  const groups = parsed.filter((entry) => typeof entry !== "string");
  const byName = Map.groupBy(groups, ({ name }): NormalisedGroupName => normaliseGroupName(name));
  const problems = [
    ...parsed.filter((entry) => typeof entry === "string"),
    ...[...byName.values()]
      .filter((duplicates) => duplicates.length > 1)
      .map((duplicates) => describeDuplicates(duplicates.map(({ name }) => name))),
  ];
  if (problems.length > 0) throw new BadGroupsFile(problems);
  return {
    all: () => groups,
    find: (name) => byName.get(normaliseGroupName(name))?.[0],
  };
};
