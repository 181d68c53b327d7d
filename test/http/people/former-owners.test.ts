import { describe, expect, test } from "vitest";
import { jsonPost, peopleSite, settings } from "./people-site.ts";

const site = peopleSite({ ADMINISTRATORS: JSON.stringify(["ada"]) });

describe("who was an owner until just now, on an instance that has not heard of it yet", () => {
  test("gives nothing back to themself", async () => {
    const olivia = site.caller("olivia", "test-private/owners");
    const oscar = site.caller("oscar");
    const ownership = `${settings}/roles/owners/members/oscar`;
    await olivia({ method: "PUT", path: ownership });
    const read = () => oscar({ path: `${settings}/members` }, site.elsewhere);
    expect((await read()).status).toBe(200);
    await olivia({ method: "DELETE", path: ownership });
    expect((await read()).status).toBe(200);
    for (const change of [
      { method: "PUT", path: ownership },
      jsonPost(`${settings}/invitations`, { role: "owners" }),
    ]) {
      expect((await oscar(change, site.elsewhere)).status).toBe(403);
    }
    site.clock.pass(5);
    expect((await read()).status).toBe(403);
  });

  test("gives nobody a role in a new group of the same name", async () => {
    const ada = site.caller("ada");
    const oscar = site.caller("oscar");
    const make = (owner: string) =>
      ada(jsonPost("/admin/groups", { name: "Lakeside", visibility: "private", owner }));
    expect((await make("oscar")).status).toBe(201);
    site.clock.pass(5);
    const members = "/groups/Lakeside/settings/members";
    expect((await oscar({ path: members }, site.elsewhere)).status).toBe(200);
    expect((await ada({ method: "DELETE", path: "/admin/groups/lakeside" })).status).toBe(204);
    expect((await make("nora")).status).toBe(201);
    const path = "/groups/Lakeside/settings/roles/owners/members/oscar";
    expect((await oscar({ method: "PUT", path }, site.elsewhere)).status).toBe(403);
    site.clock.pass(5);
    expect((await oscar({ path: members }, site.elsewhere)).status).toBe(403);
    expect((await site.caller("nora")({ path: members }, site.elsewhere)).status).toBe(200);
  });
});
