import type { GroupTab } from "../../../../src/adapters/http/groups/group-head.ts";
import { groupHead } from "../../../../src/adapters/http/groups/group-head.ts";
import type { LayoutData } from "../../../../src/adapters/http/pages/layout.ts";
import type { Group } from "../../../../src/domain/groups/group.ts";
import { parseGroupName } from "../../../../src/domain/groups/group.ts";
import { defaultGroupInfo } from "../../../../src/domain/groups/group-info.ts";
import type { Resource } from "../../../../src/domain/resources/resource.ts";

export const alice: LayoutData = { user: { username: "alice" }, loginHref: "/login", path: "/groups" };
export const anonymous: LayoutData = {
  user: undefined,
  loginHref: "/login?return_to=%2Fgroups",
  path: "/groups",
};
export const unverified: LayoutData = { ...anonymous, unverified: true };

export const group = (name: string, isPublic = true): Group => {
  const parsed = parseGroupName(name);
  if (parsed === undefined) throw new Error(`${name} is no group's name`);
  return { name: parsed, isPublic };
};

/** The head of a group's page, as its owner sees it. */
export const headOf = (of: Group, current: GroupTab) =>
  groupHead(
    { group: of, roles: ["owners"], isMember: true, mayEditSettings: true },
    defaultGroupInfo(of.name),
    current,
  );

const resource = (kind: Resource["kind"], owner: Group, path: string): Resource => {
  const [first = "", ...others] = path.split("/");
  return { kind, group: owner.name, parts: [first, ...others] };
};

export const dataset = (owner: Group, path: string): Resource => resource("dataset", owner, path);
export const narrative = (owner: Group, path: string): Resource => resource("narrative", owner, path);

/** The index of each of these texts, to compare their order. Throws for one that is missing. */
export const positions = (html: string, texts: readonly string[]): number[] =>
  texts.map((text) => {
    const position = html.indexOf(text);
    if (position < 0) throw new Error(`The page lacks ${text}`);
    return position;
  });

/** Concatenates a page's chunks. */
export const joined = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();
