import type { Group } from "../../../../../domain/groups/group.ts";
import type { Role } from "../../../../../domain/identity/role.ts";
import { groupHref } from "../../../pages/hrefs.ts";
import type { LayoutData } from "../../../pages/layout.ts";
import { renderPage } from "../../../pages/template.ts";
import type { GroupHead } from "../../group-head.ts";
import { roleWithArticle } from "../../role-words.ts";

interface LeavingPage {
  readonly layout: LayoutData;
  readonly head: GroupHead;
  /** The form's address, which is also where the visitor came from. */
  readonly action: string;
  /** What was sent, to be sent again when it is confirmed. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The role that an owner takes instead; undefined: none. */
  readonly instead: Role | undefined;
}

/** Asks owners before they give up that role, and everybody before they leave the group. */
export const renderLeaving = ({ layout, head, action, fields, instead }: LeavingPage): string => {
  const isLeaving = fields.some(([name, value]) => name === "action" && value === "leave");
  const words = isLeaving
    ? {
        question: `Leave ${head.name}?`,
        consequence: "You give up every role that you have been given here.",
        button: "Leave the group",
      }
    : {
        question: `Give up being an owner of ${head.name}?`,
        consequence:
          instead === undefined ? "You give up this role." : `You become ${roleWithArticle[instead]}.`,
        button: "Give it up",
      };
  const whoCanUndo = isLeaving ? "an owner of the group" : "another owner";
  return renderPage("leaving", { layout, head, title: words.question, action, fields, whoCanUndo, ...words });
};

interface LeftPage {
  readonly layout: LayoutData;
  readonly group: Group;
}

/** What those see who have just left a group. */
export const renderLeft = ({ layout, group }: LeftPage): string =>
  renderPage("group-left", {
    layout,
    title: `You have left "${group.name}"`,
    group: group.name,
    groupHref: group.isPublic ? groupHref(group.name) : undefined,
  });
