import { auditLog } from "../../../../src/adapters/system/audit-log.ts";
import { groupAdministration } from "../../../../src/app/usecases/administration/group-administration.ts";
import { groupAccess } from "../../../../src/app/usecases/groups/access.ts";
import { groupCatalogue } from "../../../../src/app/usecases/groups/group-catalogue.ts";
import { listings } from "../../../../src/app/usecases/groups/listings.ts";
import { memberships } from "../../../../src/app/usecases/people/memberships.ts";
import { people } from "../../../../src/app/usecases/people/people.ts";
import type { Caller } from "../../../../src/domain/identity/caller.ts";
import type { PersonRecord } from "../../../../src/domain/people/person-record.ts";
import { serialisePerson } from "../../../../src/domain/people/person-record.ts";
import type { RecordId } from "../../../../src/domain/records/record.ts";
import type { ObjectKey } from "../../../../src/domain/resources/object-key.ts";
import type { Records } from "../../../../src/ports/driven/records/records.ts";
import type { ResourceStore } from "../../../../src/ports/driven/resources/resource-store.ts";
import { recordOf, userNamed } from "../../../domain/people/sample.ts";
import { dataSetup, signal, streamOf } from "../resources/data-setup.ts";

export const administrator: Caller = { kind: "user", user: { ...userNamed("ada"), isAdministrator: true } };
export const userWithRole = (roleGroup: string): Caller => ({
  kind: "user",
  user: { ...userNamed("olga"), authzRoles: new Set([roleGroup]) },
});
export const outsider: Caller = { kind: "user", user: userNamed("erin") };

/** The administration of the groups of {@link dataSetup}, and of those that are made. */
export const administrationSetup = ({ areRolesKeptHere = true } = {}) => {
  const data = dataSetup();
  const fault: { records?: keyof Records; store?: keyof ResourceStore; error?: Error; after?: number } = {};
  const failing = <T extends object>(target: T, failsAt: () => PropertyKey | undefined): T =>
    new Proxy(target, {
      get: (from, name) => {
        const method: unknown = Reflect.get(from, name);
        if (name !== failsAt() || typeof method !== "function") return method;
        return (...args: unknown[]) => {
          fault.after = (fault.after ?? 0) - 1;
          if (fault.after < 0) throw fault.error ?? new Error("no fault is set");
          return method(...args);
        };
      },
    });
  const records = failing(data.records, () => fault.records);
  const store = failing(data.store, () => fault.store);
  const deps = { ...data, records, store };
  const instance = () => {
    const kept = memberships(deps);
    const catalogue = groupCatalogue({ ...deps, file: data.catalogue });
    const audit = auditLog(data.log);
    const administration = groupAdministration({
      ...deps,
      file: data.catalogue,
      catalogue,
      listings: listings({ store, pause: async () => undefined }),
      memberships: kept,
      people: people(records),
      audit,
      areRolesKeptHere,
    });
    const as = (caller: Caller) => administration.open(caller, { action: "list", name: "measles" });
    return { administration, catalogue, memberships: kept, access: groupAccess({ catalogue, audit }), as };
  };
  const here = instance();
  return {
    ...deps,
    ...here,
    instance,
    fault,
    admin: () => here.as(administrator),
    make: (name: string, owner: string | undefined = "olga") =>
      here.as(administrator).make({ name, visibility: "private", owner }, signal),
    group: async (name: string) => {
      await here.catalogue.refresh();
      return here.catalogue.find(name);
    },
    signedIn: async (username: string, more: Partial<PersonRecord> = {}) => {
      const person = recordOf(username, more);
      await data.records.write(
        { kind: "people", id: username as RecordId },
        serialisePerson(person),
        "any",
        signal,
      );
    },
    putObject: (key: string, text = "{}") =>
      data.store.write(
        key as ObjectKey,
        { contentType: "application/json", body: streamOf(text) },
        { kind: "none" },
        signal,
      ),
    actions: () =>
      data.log.events.flatMap((event) =>
        event.event === "access" || event.event === "access-denied" ? [`${event.action} ${event.group}`] : [],
      ),
  };
};
