import type { Member } from "../../../../../domain/people/member.ts";

/** What the address of the members' page asks for. */
export interface MembersQuery {
  /** `q`: only those whose username has these words. */
  readonly words: string;
  /** `page`, from 1. */
  readonly page: number;
  /** `saved`: whose role has just been saved. */
  readonly saved: string | undefined;
}

/** People on a page. */
export const rowsPerPage = 500;

/** Longer than any username that is given a role. */
const maxLength = 500;

export const parseMembersQuery = (params: URLSearchParams): MembersQuery => ({
  words: (params.get("q") ?? "").trim().slice(0, maxLength),
  page: /^[1-9]\d{0,3}$/.test(params.get("page") ?? "") ? Number(params.get("page")) : 1,
  saved: params.get("saved")?.slice(0, maxLength) || undefined,
});

export const isNamedBy = ({ words }: MembersQuery) => {
  const parts = words.toLowerCase().split(/\s+/);
  return ({ username }: Member): boolean => {
    const name = username.toLowerCase();
    return parts.every((part) => name.includes(part));
  };
};

const hrefOf = (href: string, { words, page, saved }: MembersQuery): string => {
  const params = new URLSearchParams({
    ...(words === "" ? {} : { q: words }),
    ...(page === 1 ? {} : { page: String(page) }),
    ...(saved === undefined ? {} : { saved }),
  });
  return params.size === 0 ? href : `${href}?${params}`;
};

/** The address to which forms are sent, so that the answer shows the same part of the list. */
export const formAction = (href: string, query: MembersQuery): string =>
  hrefOf(href, { ...query, saved: undefined });

/** Where the answer to a form leads. */
export const hrefAfter = (href: string, query: MembersQuery, saved: string): string =>
  hrefOf(href, { ...query, saved });

/** Links to the pages before and after, of a list that has more than one. */
export const pageLinks = (href: string, query: MembersQuery, found: number) => {
  const last = Math.ceil(found / rowsPerPage);
  if (last <= 1) return undefined;
  const link = (page: number) => hrefOf(href, { ...query, page, saved: undefined });
  return {
    page: query.page,
    last,
    previous: query.page > 1 ? link(query.page - 1) : undefined,
    next: query.page < last ? link(query.page + 1) : undefined,
  };
};
