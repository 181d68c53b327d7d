import { describe, expect, it } from "vitest";
import type { GroupVisit } from "../../../../src/adapters/http/groups/group-head.ts";
import { groupHead } from "../../../../src/adapters/http/groups/group-head.ts";
import { groupMark } from "../../../../src/adapters/http/groups/group-mark.ts";
import { renderTemplate } from "../../../../src/adapters/http/pages/template.ts";
import { defaultGroupInfo } from "../../../../src/domain/groups/group-info.ts";
import type { Role } from "../../../../src/domain/identity/role.ts";
import { group } from "../pages/sample.ts";

const lab = group("lab-one", false);
const stranger: GroupVisit = { group: lab, roles: [], isMember: false, mayEditSettings: false };
const viewer: GroupVisit = { ...stranger, roles: ["viewers"], isMember: true };
const owner: GroupVisit = { ...viewer, roles: ["owners"], mayEditSettings: true };
const head = (visit: GroupVisit, counts = {}) =>
  renderTemplate("group-head", { ...groupHead(visit, defaultGroupInfo(lab.name), "members", counts) });
const hrefs = (html: string) => [...html.matchAll(/<li><a href="([^"]+)"/g)].map(([, href]) => href);

describe("The head of a group's pages", () => {
  it.each<[string, GroupVisit, string[]]>([
    ["a stranger", stranger, ["/groups/lab-one"]],
    ["a viewer", viewer, ["/groups/lab-one", "/groups/lab-one/settings/members"]],
    ["an owner", owner, ["/groups/lab-one", "/groups/lab-one/settings/members", "/groups/lab-one/settings"]],
  ])("offers %s the tabs that they may use", (_, visit, expected) => {
    expect(hrefs(head(visit))).toEqual(expected);
  });

  it("marks the tab of the page, and counts what is behind one", () => {
    const html = head(viewer, { data: 294 });
    expect(html).toContain('<a href="/groups/lab-one/settings/members" aria-current="page">Members</a>');
    expect(html).toContain('<a href="/groups/lab-one">Data <span class="tab-count">294</span></a>');
  });

  it.each<[readonly Role[], string]>([
    [["viewers"], "You are a viewer<"],
    [["editors"], "You are an editor<"],
    [["viewers", "editors", "owners"], "You are an owner<"],
  ])("says what somebody with the roles %j is", (roles, sentence) => {
    expect(head({ ...viewer, roles })).toContain(sentence);
  });

  it("says nothing of a role to somebody who has none", () => {
    expect(head(stranger)).not.toContain("You are");
    expect(head(stranger)).toContain("Private group");
  });
});

it("A group without a logo has two letters of its name", () => {
  const initials = (name: string) => groupMark(group(name)).initials;
  expect(["blab", "respiratory-viruses", "-x-", "H5N"].map(initials)).toEqual(["Bl", "Rv", "X", "H5"]);
});
