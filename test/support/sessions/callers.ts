import type { Browser } from "../browser/browser.ts";
import { browser } from "../browser/browser.ts";
import type { RunningServer } from "../server/running-server.ts";

/** The kinds of callers in the truth table (groups-and-authorization.md section 5). */
export const callerKinds = ["anonymous", "outsider", "viewer", "editor", "owner"] as const;
export type CallerKind = (typeof callerKinds)[number];

/** The role groups of this kind of caller in `group`; an outsider is an owner of another group. */
export const roleGroupsOf = (kind: CallerKind, group: string): readonly string[] => {
  if (kind === "anonymous") return [];
  return kind === "outsider" ? ["other/owners"] : [`${group}/${kind}s`];
};

/** Request headers with a Bearer token of this kind of caller in `group`. */
export const bearerOf = async (
  server: RunningServer,
  kind: CallerKind,
  group: string,
): Promise<Record<string, string>> =>
  kind === "anonymous"
    ? {}
    : { Authorization: await server.bearer(`${kind}-of-${group}`, ...roleGroupsOf(kind, group)) };

/** A browser in which this kind of caller is logged in. */
export const browserOf = async (server: RunningServer, kind: CallerKind, group: string): Promise<Browser> => {
  const visitor = browser(server);
  if (kind === "anonymous") return visitor;
  const username = `${kind}-of-${group}`;
  server.provider.setPerson({ sub: username, username, groups: roleGroupsOf(kind, group) });
  await visitor.logIn();
  return visitor;
};
