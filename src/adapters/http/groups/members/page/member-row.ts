import type { CalendarDay } from "../../../../../domain/calendar-day.ts";
import type { GroupName } from "../../../../../domain/groups/group.ts";
import { normaliseGroupName } from "../../../../../domain/groups/group.ts";
import type { Role } from "../../../../../domain/identity/role.ts";
import type { Member, RoleSource } from "../../../../../domain/people/member.ts";
import { roleLabels } from "../../role-words.ts";
import { dayText, pastDayText } from "./day-text.ts";

/** A role of a member in the list: who holds several has a row for each. */
export interface MemberRow {
  /** Unique on the page. */
  readonly id: string;
  readonly username: string;
  /** Between its parts a line may break. */
  readonly nameParts: readonly string[];
  readonly initial: string;
  readonly emailParts: readonly string[];
  /** Whether the row before is of the same person. */
  readonly isAgain: boolean;
  readonly isVisitor: boolean;
  readonly role: Role;
  readonly label: string;
  readonly origin: string;
  readonly until: string;
  readonly hasEnd: boolean;
  /** Whether it is the identity provider that gives it, without a last day that is known here. */
  readonly isProvided: boolean;
  /** What the form proposes as the last day: none in place of one that is over. */
  readonly proposedUntil: string;
  /** Undefined: the role counts. */
  readonly state: RowState | undefined;
  readonly lastSeen: string | undefined;
  /** Whether the visitor may change it here. */
  readonly isChangeable: boolean;
  /** Whether the visitor would give up being an owner, and is asked first. */
  readonly isOwnRight: boolean;
}

interface RowState {
  readonly badge: string;
  readonly explanation: string;
}

export interface RowContext {
  readonly group: GroupName;
  readonly today: CalendarDay;
  /** The visitor's username. */
  readonly visitor: string;
  /** Whether the visitor changes roles here. */
  readonly mayChange: boolean;
  /** Owners see when somebody last logged in, and their e-mail address. */
  readonly isOwner: boolean;
}

/** The id of a row, for links to it. */
export const rowId = (username: string, role: Role): string =>
  `member-${encodeURIComponent(username.toWellFormed())}-${role}`;

export const memberRows = (members: readonly Member[], context: RowContext): readonly MemberRow[] => {
  const ids = new Set<string>();
  const uniqueId = (id: string): string => {
    const unique = ids.has(id) ? uniqueId(`${id}-again`) : id;
    ids.add(unique);
    return unique;
  };
  return members.flatMap((member) =>
    member.sources.map((source, index) => ({
      ...rowOf(member, source, context),
      id: uniqueId(rowId(member.username, source.role)),
      isAgain: index > 0,
    })),
  );
};

const rowOf = (
  member: Member,
  source: RoleSource,
  context: RowContext,
): Omit<MemberRow, "id" | "isAgain"> => {
  const { username, lastSignIn } = member;
  const { role } = source;
  const isVisitor = username === context.visitor;
  const until = source.from === "here" ? source.until : undefined;
  const isOver = until !== undefined && until < context.today;
  return {
    username,
    nameParts: breakable(username),
    initial: [...username][0]?.toUpperCase() ?? "",
    emailParts: context.isOwner && member.email !== (username as string) ? breakable(member.email ?? "") : [],
    isVisitor,
    role,
    label: roleLabels[role],
    origin: originOf(source, context.group),
    until: untilOf(source),
    hasEnd: until !== undefined,
    isProvided: source.from !== "here",
    proposedUntil: until === undefined || isOver ? "" : until,
    state: stateOf(source),
    lastSeen: context.isOwner ? lastSeen(lastSignIn, context.today) : undefined,
    isChangeable: context.mayChange && source.from === "here",
    isOwnRight: isVisitor && role === "owners" && source.from === "here" && source.state === "active",
  };
};

const breakable = (text: string): readonly string[] => text.split(/(?<=[@.])/);

const untilOf = (source: RoleSource): string => {
  if (source.from !== "here") return "–";
  return source.until === undefined ? "no end" : dayText(source.until);
};

const lastSeen = (day: CalendarDay | undefined, today: CalendarDay): string =>
  day === undefined ? "never" : pastDayText(day, today);

const originOf = (source: RoleSource, group: GroupName): string => {
  switch (source.from) {
    case "provider":
      return `the identity provider (${normaliseGroupName(group)}/${source.role})`;
    case "mapping":
      return "a mapped group of the identity provider";
    case "here": {
      const claimed = source.claimed === undefined ? "" : `, claimed on ${dayText(source.claimed)}`;
      return `given here by ${source.addedBy}${claimed}`;
    }
  }
};

const stateOf = (source: RoleSource): RowState | undefined => {
  if (source.from !== "here") return undefined;
  switch (source.state) {
    case "active":
      return undefined;
    case "pending": {
      const limit =
        source.claimableUntil === undefined ? "" : `, if that is by ${dayText(source.claimableUntil)}`;
      return { badge: "Waiting", explanation: `The role counts from the first login${limit}.` };
    }
    case "lapsed":
      return {
        badge: "Lapsed",
        explanation:
          "Nobody with this username logged in within 30 days. Give the role again if the person is still to come.",
      };
    case "expired":
      return { badge: "Ended", explanation: "The last day is over: the role no longer counts." };
    case "refused":
      return {
        badge: "Refused",
        explanation:
          "This username now belongs to another person, who does not get the role. Give it again if it is meant for that person.",
      };
  }
};
