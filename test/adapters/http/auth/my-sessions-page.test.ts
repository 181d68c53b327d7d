import { describe, expect, it } from "vitest";
import { renderMySessions } from "../../../../src/adapters/http/auth/my-sessions-page.ts";
import type { OwnSession } from "../../../../src/ports/driving/my-sessions.ts";
import { alice } from "../pages/sample.ts";

const session = (more: Partial<OwnSession> = {}): OwnSession => ({
  publicId: "0123abcd",
  since: 1_800_000_000,
  lastUsed: 1_800_003_661.5,
  client: "Firefox on Linux",
  isCurrent: false,
  ...more,
});

const page = (...sessions: OwnSession[]) => renderMySessions({ layout: alice, sessions });

describe("The page of a user's sessions", () => {
  it("shows the client, the start and the last use of each session", () => {
    const html = page(session());
    expect(html).toContain("Firefox on Linux");
    expect(html).toContain('<time datetime="2027-01-15T08:00Z">2027-01-15 08:00 UTC</time>');
    expect(html).toContain('<time datetime="2027-01-15T09:01Z">2027-01-15 09:01 UTC</time>');
  });

  it("marks the current session, which the normal logout ends", () => {
    const html = page(session({ isCurrent: true }));
    expect(html).toContain("this one");
    expect(html).not.toContain('action="/sessions"');
    expect(html).not.toContain("Log out all other browsers");
  });

  it("has a form for each other session, and one for all others", () => {
    const html = page(session({ isCurrent: true }), session(), session({ publicId: "4567" }));
    expect(html).toContain('name="id" value="0123abcd"');
    expect(html).toContain('name="id" value="4567"');
    expect(html.match(/Log out all other browsers/g)).toHaveLength(1);
  });

  it("says so when there is no session, or its client is unknown", () => {
    expect(page()).toContain("You are not logged in with any browser.");
    expect(page(session({ client: undefined }))).toContain("An unknown client");
  });

  it("escapes HTML", () => {
    expect(page(session({ client: "<b>", publicId: '"><script>' }))).not.toMatch(/<b>|"><script>/);
  });
});
