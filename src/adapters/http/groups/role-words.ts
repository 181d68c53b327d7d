import type { Role } from "../../../domain/identity/role.ts";

/** For tables and menus. */
export const roleLabels: Readonly<Record<Role, string>> = {
  viewers: "Viewer",
  editors: "Editor",
  owners: "Owner",
};

/** For sentences about what somebody is, or is to become, in a group. */
export const roleWithArticle: Readonly<Record<Role, string>> = {
  viewers: "a viewer",
  editors: "an editor",
  owners: "an owner",
};
