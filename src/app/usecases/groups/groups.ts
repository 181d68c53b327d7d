import { NotFound } from "../../../domain/failure.ts";
import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import { may, permit } from "../../../domain/identity/policy.ts";
import type { Role } from "../../../domain/identity/role.ts";
import { isNamed, roles } from "../../../domain/identity/role.ts";
import type { Username } from "../../../domain/identity/user.ts";
import type { ObjectKey } from "../../../domain/resources/object-key.ts";
import { logoKey, overviewKey } from "../../../domain/resources/object-key.ts";
import type { Directory } from "../../../ports/driven/identity/directory.ts";
import type { RoleGroupCatalogue } from "../../../ports/driven/identity/role-group-catalogue.ts";
import type { Compression } from "../../../ports/driven/resources/compression.ts";
import type { FrontMatter } from "../../../ports/driven/resources/front-matter.ts";
import type { ResourceStore } from "../../../ports/driven/resources/resource-store.ts";
import type { Groups, SettingsFile } from "../../../ports/driving/groups.ts";
import type { AuditAccess } from "../resources/audit-access.ts";
import type { StoredFiles } from "../resources/stored-files.ts";
import { groupProfile } from "./group-profile.ts";

interface Deps {
  readonly catalogue: RoleGroupCatalogue;
  readonly store: ResourceStore;
  readonly files: StoredFiles;
  readonly compression: Compression;
  readonly frontMatter: FrontMatter;
  readonly directory: Directory;
  readonly auditAccess: AuditAccess;
}

const keyOf = (group: Group, file: SettingsFile): ObjectKey =>
  file === "logo" ? logoKey(group.name) : overviewKey(group.name);

/** Below the group's own address. */
const addressOf = (file: SettingsFile): string => `settings/${file}`;

export const groups = (d: Deps): Groups => ({
  readable: (caller, name) => {
    const group = d.catalogue.find(name);
    permit(caller, "read", "source", group);
    return group;
  },
  visible: (caller) => d.catalogue.all().filter((group) => may(caller, "read", "source", group)),
  memberships: (caller) => memberships(d.catalogue, caller),
  permit: (caller, action, type, group) => permit(caller, action, type, group),
  isPermitted: may,
  ...groupProfile(d),
  read: async (caller, group, file, signal) => {
    permit(caller, "read", "group", group);
    const stored = await d.files.read(keyOf(group, file), { kind: file }, signal);
    d.auditAccess(caller, "read", group, addressOf(file));
    return stored;
  },
  stat: async (caller, group, file, signal) => {
    permit(caller, "read", "group", group);
    return d.files.stat(keyOf(group, file), { kind: file }, signal);
  },
  write: async (caller, group, file, upload, condition, signal) => {
    permit(caller, "write", "group", group);
    await d.files.write(keyOf(group, file), { kind: file }, upload, condition, signal);
    d.auditAccess(caller, "write", group, addressOf(file));
  },
  remove: async (caller, group, file, condition, signal) => {
    permit(caller, "write", "group", group);
    await d.files.remove(keyOf(group, file), condition, signal);
    d.auditAccess(caller, "delete", group, addressOf(file));
  },
  members: async (caller, group) => {
    permit(caller, "read", "group", group);
    const listed = await members(d.directory, group);
    d.auditAccess(caller, "list", group, "settings/members");
    return listed;
  },
  membersWithRole: async (caller, group, role) => {
    permit(caller, "read", "group", group);
    return d.directory.members(group.name, knownRole(role));
  },
});

const knownRole = (name: string): Role => {
  const role = roles.find((known) => known === name);
  if (!role) throw new NotFound("There is no such role.");
  return role;
};

const memberships = (catalogue: RoleGroupCatalogue, caller: Caller): readonly Group[] => {
  if (caller.kind !== "user") return [];
  const { authzRoles } = caller.user;
  return catalogue.all().filter((group) => isNamed(group, authzRoles));
};

const members = async (directory: Directory, group: Group) => {
  const rolesByUsername = new Map<Username, Role[]>();
  for (const role of roles) {
    for (const username of await directory.members(group.name, role)) {
      rolesByUsername.set(username, [...(rolesByUsername.get(username) ?? []), role]);
    }
  }
  return [...rolesByUsername].map(([username, roles]) => ({ username, roles }));
};
