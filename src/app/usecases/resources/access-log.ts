import type { Group } from "../../../domain/groups/group.ts";
import type { Caller } from "../../../domain/identity/caller.ts";
import type { AccessAction, Log } from "../../../ports/driven/system/log.ts";

/**
 * Tells who has read private data or changed anything, once it has been done and by whichever route it was
 * asked for. `path` is the address below the group; `file` is a file of a dataset other than its main one.
 */
export type NoteAccess = (
  caller: Caller,
  action: AccessAction,
  group: Group,
  path: string,
  file?: string,
) => void;

/** Anybody may read a public group's data: who does is nobody's business. */
const isTold = (action: AccessAction, group: Group): boolean =>
  !group.isPublic || action === "write" || action === "delete";

export const accessLog =
  (log: Log): NoteAccess =>
  (caller, action, group, path, file) => {
    if (!isTold(action, group)) return;
    log.write({
      event: "access",
      action,
      caller: caller.kind,
      ...(caller.kind === "user"
        ? { username: caller.user.username, subject: caller.user.person.subject }
        : {}),
      group: group.name,
      path,
      ...(file === undefined ? {} : { file }),
    });
  };
