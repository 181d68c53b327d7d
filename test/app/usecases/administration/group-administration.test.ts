import { describe, expect, it } from "vitest";
import {
  BadRequest,
  Conflict,
  LoginRequired,
  NotAllowed,
  NotFound,
  StoreDown,
} from "../../../../src/domain/failure.ts";
import { normaliseGroupName } from "../../../../src/domain/groups/group.ts";
import { anonymous } from "../../../../src/domain/identity/caller.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import { membershipOf, personOf } from "../../../domain/people/sample.ts";
import { groupName } from "../../../domain/sample.ts";
import { signal } from "../resources/data-setup.ts";
import { administrationSetup, administrator, outsider, userWithRole } from "./administration-setup.ts";

const race = 20;

const settled = async (all: Iterable<Promise<unknown>>) => {
  const outcomes = await Promise.allSettled(all);
  return {
    done: outcomes.filter(({ status }) => status === "fulfilled").length,
    refused: outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : [])),
  };
};

describe("the administration", () => {
  it("is for administrators, and whoever else asks is told so and recorded", () => {
    const s = administrationSetup();
    expect(() => s.as(outsider)).toThrow(NotAllowed);
    expect(() => s.as(anonymous)).toThrow(LoginRequired);
    expect(s.actions()).toEqual(["list measles"]);
    expect(s.log.events).toMatchObject([{ event: "access-denied", username: "erin", path: "admin/groups" }]);
  });

  it("lists the file's groups and those made here, with owners and what they hold", async () => {
    const s = administrationSetup();
    await s.signedIn("olga");
    await s.signedIn("bea", {
      roles: [{ group: normaliseGroupName("blab"), role: "owners", from: "provider" }],
    });
    await s.make("Measles", "olga");
    await s.make("mpox", "nobody-yet");
    await s.putObject("Measles/datasets/a_b.json", "12345");
    await s.putObject("Measles/narratives/c.md", "12345");
    await s.putObject("Measles/group-logo.png", "12345");
    const found = await s.admin().list(signal);
    expect(
      found.map(({ name, isMadeHere, owners, pendingOwners }) => [name, isMadeHere, owners, pendingOwners]),
    ).toEqual([
      ["blab", false, ["bea"], []],
      ["Blab-Private", false, [], []],
      ["Measles", true, ["olga"], []],
      ["mpox", true, [], ["nobody-yet"]],
    ]);
    expect(found[2]?.contents).toEqual({ datasets: 1, narratives: 1, bytes: 15 });
    expect(await s.admin().find("MEASLES", signal)).toEqual(found[2]);
    await expect(s.admin().find("unknown", signal)).rejects.toThrow(NotFound);
  });

  it("lists groups without what they hold while the store is away", async () => {
    const s = administrationSetup();
    Object.assign(s.fault, { store: "list", error: new StoreDown() });
    expect((await s.admin().list(signal)).map(({ contents }) => contents)).toEqual([undefined, undefined]);
    s.fault.error = new TypeError("a defect");
    await expect(s.admin().list(signal)).rejects.toThrow(TypeError);
  });
});

describe("a group that is made", () => {
  it("is there at once with its owner, who is bound when known", async () => {
    const s = administrationSetup();
    await s.signedIn("olga");
    expect(await s.make("Measles", "olga")).toBe("Measles");
    expect(await s.group("measles")).toEqual({ name: "Measles", isPublic: false });
    const [owner] = (await s.memberships.read({ name: groupName("measles"), isPublic: false }, signal))
      .memberships;
    expect(owner).toMatchObject({
      username: "olga",
      role: "owners",
      addedBy: "ada",
      person: personOf("olga"),
    });
    expect(s.actions()).toEqual(["make-group Measles", "appoint-owner Measles"]);
  });

  it.each([
    ["no", "olga"],
    ["under_score", "olga"],
    ["ünicode", "olga"],
    ["x".repeat(51), "olga"],
    ["measles", ""],
    ["measles", " olga"],
    ["measles", undefined],
  ])("is refused as %j for %j", async (name, owner) => {
    const s = administrationSetup();
    const made = s.admin().make({ name, visibility: "private", owner }, signal);
    await expect(made).rejects.toThrow(BadRequest);
    expect(s.actions()).toEqual([]);
  });

  it("gets its owner elsewhere, where all roles come from the provider", async () => {
    const s = administrationSetup({ areRolesKeptHere: false });
    await expect(s.make("measles", "olga")).rejects.toThrow(BadRequest);
    await s.admin().make({ name: "measles", visibility: "public", owner: undefined }, signal);
    expect(await s.group("measles")).toMatchObject({ isPublic: true });
    await expect(s.admin().appointOwner("measles", "olga", signal)).rejects.toThrow(BadRequest);
    expect(s.admin().appointsOwners).toBe(false);
    expect(await s.admin().find("measles", signal)).toMatchObject({ owners: [], pendingOwners: [] });
  });

  it("cannot have the name of another in any letter case, be it the file's or made here", async () => {
    const s = administrationSetup();
    await s.make("Measles");
    for (const name of ["MEASLES", "Blab", "blab-private"]) {
      await expect(s.make(name)).rejects.toThrow(Conflict);
    }
  });

  it.each(["measles/datasets/a.json", "MEASLES/anything", "meaSles/group-logo.png"])(
    "cannot have a name under which the store has %s",
    async (key) => {
      const s = administrationSetup();
      await s.putObject(key);
      await expect(s.make("Measles")).rejects.toThrow(`under the name ${key.split("/")[0]}`);
      await s.putObject("measles-more/datasets/a.json");
      expect(await s.make("measle")).toBe("measle");
    },
  );

  it("is not made where the store has too much to be looked through", async () => {
    const s = administrationSetup();
    Object.assign(s.store, {
      roots: async function* () {
        for (let index = 0; index <= 100_000; index++) yield `lab-${index}`;
      },
    });
    await expect(s.make("measles")).rejects.toThrow(StoreDown);
    expect(await s.group("measles")).toBeUndefined();
  });

  it("is made by one of twenty at once, on two instances, and has the owner that this one named", async () => {
    const s = administrationSetup();
    const elsewhere = s.instance();
    const spellings = ["measles", "Measles", "MEASLES"];
    const { done, refused } = await settled(
      Array.from({ length: race }, (_, by) =>
        (by % 2 ? s : elsewhere)
          .as(administrator)
          .make({ name: spellings[by % 3] ?? "", visibility: "private", owner: `owner-${by}` }, signal),
      ),
    );
    expect([done, refused.every((error) => error instanceof Conflict)]).toEqual([1, true]);
    const { pendingOwners } = await s.admin().find("measles", signal);
    expect(pendingOwners).toHaveLength(1);
    const appointed = s.log.events.find(
      (event) => event.event === "access" && event.action === "appoint-owner",
    );
    expect(appointed).toMatchObject({ path: `settings/roles/owners/members/${pendingOwners[0]}` });
  });

  it("has no requests for access to a former group of its name", async () => {
    const s = administrationSetup();
    const key = { kind: "access-requests", id: "measles" as RecordId } as const;
    await s.records.write(key, { schema: 1, requests: [] }, "absent", signal);
    await s.make("Measles");
    expect(await s.records.read(key, signal)).toBeUndefined();
  });

  it("gives nothing to who had a role in a former group of its name", async () => {
    const s = administrationSetup();
    const measles = { name: groupName("measles"), isPublic: false };
    await s.memberships.update(
      measles,
      (present) => ({ ...present, memberships: [membershipOf("mallory", "owners")] }),
      signal,
    );
    await s.make("Measles", "olga");
    const { memberships } = await s.memberships.read(measles, signal);
    expect(memberships.map(({ username }) => username)).toEqual(["olga"]);
  });

  it("may be left without an owner by an outage, and then gets one", async () => {
    const s = administrationSetup();
    Object.assign(s.fault, { records: "write", error: new StoreDown(), after: 1 });
    await expect(s.make("measles", "olga")).rejects.toThrow(StoreDown);
    delete s.fault.records;
    expect(await s.admin().find("measles", signal)).toMatchObject({ owners: [], pendingOwners: [] });
    await s.admin().appointOwner("measles", "olga", signal);
    expect(await s.admin().find("measles", signal)).toMatchObject({ pendingOwners: ["olga"] });
  });
});

describe("an owner", () => {
  it("is appointed for a group that has none, also of the file, and replaces who has not come yet", async () => {
    const s = administrationSetup();
    await s.admin().appointOwner("BLAB", "olgaa", signal);
    await s.admin().appointOwner("blab", "olga", signal);
    expect(await s.admin().find("blab", signal)).toMatchObject({ owners: [], pendingOwners: ["olga"] });
    expect(s.actions()).toEqual(["appoint-owner blab", "appoint-owner blab"]);
    await s.signedIn("bea");
    await s.admin().appointOwner("blab", "bea", signal);
    expect(await s.admin().find("blab", signal)).toMatchObject({ owners: ["bea"], pendingOwners: [] });
    await s.admin().appointOwner("blab", "bea", signal);
    await expect(s.admin().appointOwner("blab", "olga", signal)).rejects.toThrow("has an owner, bea");
  });

  it("is nobody's to appoint where the provider gives one", async () => {
    const s = administrationSetup();
    await s.signedIn("bea", {
      roles: [{ group: normaliseGroupName("blab"), role: "owners", from: "mapping" }],
    });
    await expect(s.admin().appointOwner("blab", "olga", signal)).rejects.toThrow(Conflict);
  });

  it("is one of twenty who are appointed at once", async () => {
    const s = administrationSetup();
    const names = Array.from({ length: race }, (_, index) => `owner-${index}`);
    for (const name of names) await s.signedIn(name);
    const { done, refused } = await settled(
      names.map((name) => s.admin().appointOwner("blab", name, signal)),
    );
    expect([done, refused.every((error) => error instanceof Conflict)]).toEqual([1, true]);
    expect((await s.admin().find("blab", signal)).owners).toHaveLength(1);
  });

  it("is not appointed for an archived group, an unknown one, or by a name that nobody has", async () => {
    const s = administrationSetup();
    await s.make("measles");
    await s.admin().archive("measles", true, signal);
    await expect(s.admin().appointOwner("measles", "olga", signal)).rejects.toThrow("is archived");
    await expect(s.admin().appointOwner("unknown", "olga", signal)).rejects.toThrow(NotFound);
    await expect(s.admin().appointOwner("blab", "", signal)).rejects.toThrow(BadRequest);
  });
});

describe("a group's visibility", () => {
  it("becomes public once that is confirmed, after what becomes visible was listed", async () => {
    const s = administrationSetup();
    await s.make("measles");
    await s.putObject("measles/datasets/a_b.json");
    await s.putObject("measles/narratives/c.md");
    const asked = await s.admin().show("Measles", "public", false, signal);
    expect(asked).toMatchObject({
      outcome: "unconfirmed",
      datasets: [{ parts: ["a", "b"] }],
      narratives: [{ parts: ["c"] }],
    });
    expect(await s.group("measles")).toMatchObject({ isPublic: false });
    expect(await s.admin().show("Measles", "public", true, signal)).toEqual({ outcome: "done" });
    expect(await s.group("measles")).toMatchObject({ isPublic: true });
    expect(await s.admin().show("Measles", "public", false, signal)).toEqual({ outcome: "done" });
    await s.admin().show("Measles", "private", false, signal);
    expect(await s.group("measles")).toMatchObject({ isPublic: false });
    expect(s.actions().slice(2)).toEqual([
      "make-public measles",
      "make-public measles",
      "make-private measles",
    ]);
  });

  it("and everything else of the file's groups is changed in the file", async () => {
    const s = administrationSetup();
    for (const refused of [
      s.admin().show("blab", "private", true, signal),
      s.admin().archive("blab", true, signal),
      s.admin().remove("blab", true, signal),
    ]) {
      await expect(refused).rejects.toThrow("GROUPS_DATA_FILE");
    }
    for (const refused of [
      s.admin().show("unknown", "private", true, signal),
      s.admin().archive("no/name", true, signal),
      s.admin().remove("unknown", true, signal),
      s.admin().remove("x".repeat(300), true, signal),
    ]) {
      await expect(refused).rejects.toThrow(NotFound);
    }
  });
});

describe("an archived group", () => {
  it("is open to readers, and to nobody for changes, until it is opened again", async () => {
    const s = administrationSetup();
    await s.make("measles");
    await s.admin().archive("measles", true, signal);
    await s.admin().archive("measles", true, signal);
    const access = async () => {
      await s.catalogue.refresh();
      return s.access.open(userWithRole("measles/owners"), "measles", { action: "write", path: "a" });
    };
    const archived = await access();
    expect(() => archived.require("write dataset")).toThrow("This group is archived: ");
    expect(() => archived.require("write group")).toThrow(NotAllowed);
    archived.require("read group");
    await s.admin().archive("measles", false, signal);
    (await access()).require("write group");
  });
});

describe("a group that is deleted", () => {
  it("goes with the roles that were given in it and the requests for some, and its name is free", async () => {
    const s = administrationSetup();
    await s.make("measles");
    await s.records.write(
      { kind: "access-requests", id: "measles" as RecordId },
      { schema: 1, requests: [] },
      "any",
      signal,
    );
    await s.admin().remove("MEASLES", false, signal);
    expect(await s.group("measles")).toBeUndefined();
    for (const kind of ["groups", "memberships", "access-requests"] as const) {
      expect(await Array.fromAsync(s.records.list(kind, "", signal))).toEqual([]);
    }
    await expect(s.admin().remove("measles", false, signal)).rejects.toThrow(NotFound);
    expect(s.actions().at(-1)).toBe("delete-group measles");
    expect(await s.make("Measles", "bea")).toBe("Measles");
  });

  it("stays while it has data, unless they go too", async () => {
    const s = administrationSetup();
    await s.make("measles");
    for (let index = 0; index < 20; index++) await s.putObject(`measles/datasets/a_${index}.json`);
    await s.putObject("measles-other/datasets/a.json");
    await expect(s.admin().remove("measles", false, signal)).rejects.toThrow("has data");
    expect(await s.group("measles")).toBeDefined();
    await s.admin().remove("measles", true, signal);
    expect(await s.keysIn("measles/")).toEqual([]);
    expect(await s.keysIn("measles-other/")).toHaveLength(1);
  });

  it("stays when data came while it was looked at", async () => {
    const s = administrationSetup();
    await s.make("measles");
    const { list } = s.store;
    const looked = { count: 0 };
    Object.assign(s.store, {
      list: async function* (...args: Parameters<typeof list>) {
        looked.count += 1;
        if (looked.count === 2) await s.putObject("measles/datasets/late.json");
        yield* list(...args);
      },
    });
    await expect(s.admin().remove("measles", false, signal)).rejects.toThrow("has data");
    expect(await s.group("measles")).toBeDefined();
  });

  it.each([
    ["store", "remove"],
    ["store", "list"],
    ["records", "remove"],
  ] as const)(
    "is no group from the first moment, and is finished when %s.%s failed",
    async (part, method) => {
      const s = administrationSetup();
      await s.make("measles");
      await s.putObject("measles/datasets/a.json");
      await s.putObject("measles/datasets/b.json");
      Object.assign(s.fault, { [part]: method, error: new StoreDown(), after: 0 });
      await expect(s.admin().remove("measles", true, signal)).rejects.toThrow(StoreDown);
      delete s.fault[part];
      expect(await s.group("measles")).toBeUndefined();
      expect(await s.admin().find("measles", signal)).toMatchObject({ isBeingDeleted: true });
      await expect(s.make("Measles")).rejects.toThrow("being deleted");
      await expect(s.admin().archive("measles", true, signal)).rejects.toThrow("being deleted");
      await expect(s.admin().show("measles", "public", false, signal)).rejects.toThrow("being deleted");
      await expect(s.admin().appointOwner("measles", "olga", signal)).rejects.toThrow("being deleted");
      await s.admin().remove("measles", true, signal);
      expect(await s.keysIn("measles/")).toEqual([]);
      expect(await s.make("measles")).toBe("measles");
    },
  );

  it("is not the new one of its name, which somebody made after another had finished", async () => {
    const s = administrationSetup();
    await s.make("measles");
    await s.putObject("measles/datasets/a.json");
    const { remove } = s.store;
    let isFirst = true;
    Object.assign(s.store, {
      remove: async (...args: Parameters<typeof remove>) => {
        if (isFirst) {
          isFirst = false;
          await s.admin().remove("measles", true, signal);
          s.clock.pass(1);
          await s.make("measles", "bea");
        }
        return remove(...args);
      },
    });
    await s.admin().remove("measles", true, signal);
    expect(await s.admin().find("measles", signal)).toMatchObject({
      pendingOwners: ["bea"],
      isBeingDeleted: false,
    });
  });

  it("is deleted by twenty at once, one after the other", async () => {
    const s = administrationSetup();
    await s.make("measles");
    await s.putObject("measles/datasets/a.json");
    const { refused } = await settled(
      Array.from({ length: race }, () => s.admin().remove("measles", true, signal)),
    );
    expect(refused.every((error) => error instanceof NotFound)).toBe(true);
    expect(await s.records.read({ kind: "groups", id: "measles" as RecordId }, signal)).toBeUndefined();
  });

  it("gives up when somebody goes on writing into it", async () => {
    const s = administrationSetup();
    await s.make("measles");
    const { list } = s.store;
    Object.assign(s.store, {
      list: async function* (...args: Parameters<typeof list>) {
        await s.putObject("measles/datasets/late.json");
        yield* list(...args);
      },
    });
    await expect(s.admin().remove("measles", true, signal)).rejects.toThrow(StoreDown);
  });
});
