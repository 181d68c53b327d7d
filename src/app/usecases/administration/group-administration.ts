import { isFailure } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import { administratorOf } from "../../../domain/identity/administrator.ts";
import type { User } from "../../../domain/identity/user.ts";
import { sanitizeText } from "../../../domain/sanitize-text.ts";
import type { Actor, AdministrativeAction, Audit } from "../../../ports/driven/system/audit.ts";
import type {
  GroupAdministration,
  OpenAdministration,
  Shown,
  Visibility,
} from "../../../ports/driving/group-administration.ts";
import type { AdministrationParts } from "./administered-groups.ts";
import { changeMade, findGroup, listGroups, refuseWhileDeleted, requireMade } from "./administered-groups.ts";
import { appointOwner } from "./appoint-owner.ts";
import { makeGroup } from "./make-group.ts";
import { removeGroup } from "./remove-group.ts";

const maxNameLength = 100;

const path = "admin/groups";

export const groupAdministration = (d: AdministrationParts): GroupAdministration => ({
  open: (caller, { action, name }) => {
    const found = administratorOf(caller);
    if (!isFailure(found)) return openAdministration(d, found);
    if (caller.kind === "user" && found.code === "not-allowed") {
      const group = sanitizeText(name, maxNameLength);
      d.audit.record({ who: actorOf(caller.user), action, group, path, verdict: "denied" });
    }
    throw found;
  },
});

const actorOf = ({ username, person }: User): Actor => ({ kind: "user", username, subject: person.subject });

const recorder =
  (audit: Audit, user: User) =>
  (action: AdministrativeAction, group: string, where = path): void =>
    audit.record({ who: actorOf(user), action, group, path: where, verdict: "allowed" });

const openAdministration = (d: AdministrationParts, user: User): OpenAdministration => {
  const record = recorder(d.audit, user);
  const recordOwner = (group: string, owner: string) =>
    record("appoint-owner", group, `settings/roles/owners/members/${owner}`);
  return {
    appointsOwners: d.areRolesKeptHere,
    list: (signal) => listGroups(d, signal),
    find: (name, signal) => findGroup(d, name, signal),
    make: async (group, signal) => {
      const name = await makeGroup(d, group, user.username, signal);
      record("make-group", name);
      if (group.owner !== undefined) recordOwner(name, group.owner);
      return name;
    },
    show: async (name, visibility, confirmed, signal) => {
      const { group, shown } = await show(d, { name, visibility, confirmed }, signal);
      if (shown.outcome === "done")
        record(visibility === "public" ? "make-public" : "make-private", group.name);
      return shown;
    },
    archive: async (name, isArchived, signal) => {
      const group = await archive(d, name, isArchived, signal);
      record(isArchived ? "archive-group" : "reopen-group", group.name);
    },
    appointOwner: async (name, owner, signal) => {
      const { group, username } = await appointOwner(d, name, owner, user.username, signal);
      recordOwner(group.name, username);
    },
    remove: async (name, withData, signal) => {
      const group = await removeGroup(d, name, withData, signal);
      record("delete-group", group.name);
    },
  };
};

interface Showing {
  readonly name: string;
  readonly visibility: Visibility;
  readonly confirmed: boolean;
}

const show = async (
  d: AdministrationParts,
  { name, visibility, confirmed }: Showing,
  signal: AbortSignal,
): Promise<{ readonly group: Group; readonly shown: Shown }> => {
  const isPublic = visibility === "public";
  const group = await requireMade(d, name, signal);
  if (isPublic && !group.isPublic && !confirmed) {
    refuseWhileDeleted(group);
    return { group, shown: { outcome: "unconfirmed", ...(await d.listings.of(group.name, signal)) } };
  }
  await changeMade(
    d,
    name,
    (present) => {
      refuseWhileDeleted(present);
      return present.isPublic === isPublic ? "unchanged" : { ...present, isPublic };
    },
    signal,
  );
  return { group, shown: { outcome: "done" } };
};

const archive = (d: AdministrationParts, name: string, isArchived: boolean, signal: AbortSignal) =>
  changeMade(
    d,
    name,
    (present) => {
      refuseWhileDeleted(present);
      if ((present.isArchived ?? false) === isArchived) return "unchanged";
      const { isArchived: _, ...open } = present;
      return isArchived ? { ...open, isArchived } : open;
    },
    signal,
  );
