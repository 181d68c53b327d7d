import { describe, expect, it } from "vitest";
import type { GroupMembersPage } from "../../../../../src/adapters/http/groups/members/page/group-members.ts";
import { renderMembers } from "../../../../../src/adapters/http/groups/members/page/group-members.ts";
import { parseMembersQuery } from "../../../../../src/adapters/http/groups/members/page/members-query.ts";
import type { CalendarDay } from "../../../../../src/domain/calendar-day.ts";
import type { Role } from "../../../../../src/domain/identity/role.ts";
import type { Username } from "../../../../../src/domain/identity/user.ts";
import type { AccessRequest, AccessRequestId } from "../../../../../src/domain/people/access-request.ts";
import type { InvitationId } from "../../../../../src/domain/people/invitation.ts";
import type { Member, RoleSource } from "../../../../../src/domain/people/member.ts";
import type { ListedInvitation } from "../../../../../src/ports/driving/people/group-invitations.ts";
import { noon, personOf } from "../../../../domain/people/sample.ts";
import { alice, group, headOf, joined, positions } from "../../pages/sample.ts";

const lab = group("lab-one");
const today = "2026-11-27" as CalendarDay;

type GivenHere = Extract<RoleSource, { from: "here" }>;

const here = (role: Role, more: Partial<GivenHere> = {}): RoleSource => ({
  ...{ from: "here", role, until: undefined, addedBy: "root", state: "active" },
  ...{ claimableUntil: undefined, claimed: undefined },
  ...more,
});

const member = (username: string, ...sources: RoleSource[]): Member => ({
  username: username as Username,
  roles: sources.filter((one) => one.from !== "here" || one.state === "active").map(({ role }) => role),
  sources,
  lastSignIn: "2026-11-26" as CalendarDay,
});

const render = async (members: readonly Member[], content: Partial<GroupMembersPage> = {}, query = "") =>
  joined(
    await renderMembers({
      layout: alice,
      head: headOf(lab, "members"),
      group: lab.name,
      href: "/groups/lab-one/settings/members",
      members,
      invitations: [],
      canMailInvitations: false,
      requests: [],
      query: parseMembersQuery(new URLSearchParams(query)),
      today,
      visitor: "alice",
      isOwner: true,
      areKeptHere: true,
      contact: undefined,
      refused: undefined,
      ...content,
    }),
  );

/** Without tags, and with single blanks. */
const textOf = (html: string): string => html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");

describe("the list of a group's members", () => {
  it("is by name, numbers in their order, with a row for each role", async () => {
    const html = await render([
      member("p10", here("viewers")),
      member("<p2>", here("viewers"), here("owners")),
      member("p2", { from: "provider", role: "editors" }),
    ]);
    const order = positions(html, [
      'id="member-%3Cp2%3E-viewers"',
      'id="member-%3Cp2%3E-owners"',
      'id="member-p2-editors"',
      'id="member-p10-viewers"',
    ]);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(html).not.toContain("<p2>");
  });

  it("says from where a role comes, until when, and when the person was last seen", async () => {
    const text = textOf(
      await render([
        member("dora", { from: "provider", role: "owners" }),
        member("gus", { from: "mapping", role: "viewers" }),
        member("erin", here("editors", { until: "2027-01-31" as CalendarDay })),
        member("amy", here("editors", { claimed: "2026-11-02" as CalendarDay })),
      ]),
    );
    expect(text).toContain("the identity provider (lab-one/owners) – seen yesterday");
    expect(text).toContain("a mapped group of the identity provider");
    expect(text).toContain("given here by root until 31 Jan 2027");
    expect(text).toContain("given here by root, claimed on 2 Nov 2026 no end");
  });

  it.each([
    [
      { state: "pending", claimableUntil: "2026-12-24" as CalendarDay },
      "from the first login, if that is by 24 Dec 2026.",
    ],
    [{ state: "lapsed" }, "Nobody with this username logged in within 30 days."],
    [{ state: "expired", until: "2026-11-01" as CalendarDay }, "The last day is over"],
    [{ state: "refused" }, "This username now belongs to another person"],
  ] as const)("explains why a role does not count: %j", async (more, explanation) => {
    const html = await render([member("erin", here("editors", more))]);
    expect(textOf(html)).toContain(explanation);
    expect(html).toContain('class="not-counting"');
    // A day that is over is not proposed again.
    expect(html).toContain('min="2026-11-27" value=""');
  });

  it("gives two rows of one person and role an id each", async () => {
    const html = await render([member("erin", here("editors"), here("editors", { state: "refused" }))]);
    expect(html).toContain('id="member-erin-editors"');
    expect(html).toContain('id="member-erin-editors-again"');
  });

  it("has forms for owners only, and only for what is given here", async () => {
    const all = [
      member("alice", here("editors")),
      member("dora", { from: "provider", role: "owners" }),
      member("erin", here("viewers")),
    ];
    const forms = (html: string) => html.match(/name="held"/g)?.length ?? 0;
    expect(forms(await render(all))).toBe(2);
    const seen = await render(all, { isOwner: false });
    expect(forms(seen)).toBe(0);
    expect(seen).not.toContain("Add somebody");
    expect(seen).not.toContain("Last seen");
    expect(textOf(seen)).toContain("Leave the group…");
    const elsewhere = await render(all, {
      areKeptHere: false,
      contact: { label: "it@lab.example", href: "mailto:it@lab.example" },
    });
    expect([
      forms(elsewhere),
      elsewhere.includes("Add somebody"),
      elsewhere.includes("Leave the group"),
    ]).toEqual([0, false, false]);
    expect(textOf(elsewhere)).toContain(
      "Roles are changed at the identity provider, by the people who run it: ask it@lab.example",
    );
  });

  it("lets nobody leave whose role is the provider's", async () => {
    const html = await render([member("alice", { from: "provider", role: "viewers" })], { isOwner: false });
    expect(html).not.toContain("Leave the group");
  });

  it("leaves it to the browser to ask owners who give up that role", async () => {
    const html = await render([member("alice", here("owners")), member("erin", here("owners"))]);
    const own = html.slice(html.indexOf('id="member-alice-owners"'), html.indexOf('id="member-erin-owners"'));
    expect(own).toContain("Give it up…");
    expect(own).not.toContain("data-direct");
    expect(html.slice(html.indexOf('id="member-erin-owners"'))).toContain("data-direct");
  });

  it("keeps in a refused form what was typed, and says why it was refused", async () => {
    const typed = { reason: "No <such> day.", username: "erin", role: "owners", until: "2026-02-30" };
    const changed = await render([member("erin", here("viewers"))], {
      refused: { ...typed, action: "change", held: "viewers" },
    });
    expect(changed).toContain('<details class="role-menu" open>');
    expect(changed).toContain('<option value="owners" selected>');
    expect(changed).toContain('value="2026-02-30"');
    expect(textOf(changed)).toContain("Nothing was changed. No &lt;such&gt; day.");
    const added = await render([], { refused: { ...typed, action: "grant", held: "" } });
    expect(added).toContain('id="new-member" name="panel" open');
    expect(added).toContain('name="username" value="erin"');
  });

  it.each([
    [[], "erin has no role here."],
    [[member("erin", here("viewers"), here("editors"))], "erin is an editor."],
    [[member("erin", here("editors", { state: "pending" }))], "The role waits for erin to log in."],
    [[member("erin", here("editors", { state: "expired" }))], "erin has no role here that counts."],
  ])("tells what somebody is whose role was saved, from the list", async (members, notice) => {
    expect(textOf(await render(members, {}, "saved=erin"))).toContain(`Saved. ${notice}`);
  });
});

describe("what waits for an owner of the group", () => {
  const id = "a".repeat(64) as InvitationId;
  const invitation = (more: Partial<ListedInvitation> = {}): ListedInvitation => ({
    ...{ id, role: "editors", note: "<Hello>", until: undefined, expires: "2026-12-04" as CalendarDay },
    ...{ createdBy: "dora" as Username, createdAt: noon, isByProvidedOwner: false, declinedBy: undefined },
    ...{ creator: personOf("dora"), state: "open" },
    ...more,
  });

  it.each([
    [{}, "made by dora on 27 Nov 2026, can be accepted until 4 Dec 2026"],
    [{ state: "declined", declinedBy: "sam" }, "Declined made by dora on 27 Nov 2026, declined by sam"],
    [{ state: "void" }, "Void made by dora on 27 Nov 2026, who is no owner any more: nobody can accept it"],
  ] as const)("are invitations, and what became of them: %j", async (more, explanation) => {
    const html = await render([], { invitations: [invitation(more)] });
    expect(textOf(html)).toContain(explanation);
    expect(textOf(html)).toContain("&lt;Hello&gt;");
    expect(html).toContain(`action="/groups/lab-one/settings/invitations/${id}"`);
  });

  it("can be invited by mail where the server sends it", async () => {
    expect(await render([], { canMailInvitations: true })).toContain('name="email"');
    expect(await render([])).not.toContain('name="email"');
  });

  it("are requests, the first first", async () => {
    const request = (username: string, requestedAt: number): AccessRequest => ({
      ...{ id: `${username}-id` as AccessRequestId, username: username as Username },
      ...{ person: personOf(username), note: undefined, requestedAt },
    });
    const html = await render([], { requests: [request("sam", noon), request("pia", noon - 86_400)] });
    expect(textOf(html)).toContain("Requests 2");
    expect(textOf(html)).toContain("pia asks for access on 26 Nov 2026");
    const [first = 0, second = 0] = positions(html, ["access-requests/pia-id", "access-requests/sam-id"]);
    expect(first).toBeLessThan(second);
  });
});

describe("a search for members", () => {
  const all = Array.from({ length: 1200 }, (_, index) => member(`Person${index}`, here("viewers")));
  const shown = (html: string) => [...html.matchAll(/id="member-(\w+)-viewers"/g)].map(([, name]) => name);

  it("finds those whose username has all words, in any case", async () => {
    const html = await render(all, {}, "q=pErson+119");
    const inTens = Array.from({ length: 10 }, (_, index) => `Person${1190 + index}`);
    expect(shown(html)).toEqual(["Person119", "Person1119", ...inTens]);
    expect(textOf(html)).toContain("12 of 1200");
    expect(html).toContain('action="/groups/lab-one/settings/members?q=pErson+119"');
    expect(textOf(await render(all, {}, "q=nobody"))).toContain("Nobody here has such a username.");
  });

  it("is not needed in a small group", async () => {
    expect(await render([member("erin", here("viewers"))])).not.toContain('role="search"');
  });

  it("may go on, in pages of 500 people", async () => {
    const first = await render(all);
    expect(shown(first)).toHaveLength(500);
    expect(first).toContain('href="/groups/lab-one/settings/members?page=2"');
    expect(first).not.toContain("data-narrows");
    const last = await render(all, {}, "page=3");
    expect(shown(last)).toHaveLength(200);
    expect(textOf(last)).toContain("Page 3 of 3");
    expect(shown(await render(all, {}, "page=-1"))[0]).toBe("Person0");
  });
});
