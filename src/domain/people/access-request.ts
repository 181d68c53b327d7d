import type { Branded, Json, JsonObject, Seconds } from "../brand.ts";
import type { Person } from "../identity/person.ts";
import { isSamePerson, parsePerson } from "../identity/person.ts";
import type { Username } from "../identity/user.ts";
import { isJsonObject } from "../json-object.ts";

/** Random, and of one request: 12 bytes in Base64url. */
export type AccessRequestId = Branded<"AccessRequestId">;

/** Undefined: no request has this id. */
export const parseAccessRequestId = (value: unknown): AccessRequestId | undefined =>
  typeof value === "string" && /^[\w-]{16}$/.test(value) ? (value as AccessRequestId) : undefined;

/** Somebody asks for a role in a group; which one, its owners say. */
export interface AccessRequest {
  readonly id: AccessRequestId;
  readonly username: Username;
  /** Who would get the role, whatever they are called by then. */
  readonly person: Person;
  readonly note: string | undefined;
  readonly requestedAt: Seconds;
}

/** Of one group. Each has 2 kB at most. */
export const maxRequests = 100;

/** After this time a request is as if it had not been made. */
export const requestLifetime: Seconds = 30 * 86_400;

export const openRequests = (all: readonly AccessRequest[], now: Seconds): readonly AccessRequest[] =>
  all.filter(({ requestedAt }) => requestedAt + requestLifetime > now);

/** With a request, which replaces that of the same person but for its id. Undefined: there is no room for it. */
export const withRequest = (
  all: readonly AccessRequest[],
  request: AccessRequest,
): readonly AccessRequest[] | undefined => {
  const open = openRequests(all, request.requestedAt);
  const others = open.filter(({ person }) => !isSamePerson(person, request.person));
  if (others.length >= maxRequests) return undefined;
  const { id } = open.find(({ person }) => isSamePerson(person, request.person)) ?? request;
  return [...others, { ...request, id }];
};

const schema = 1;

const serialise = ({ id, username, person, note, requestedAt }: AccessRequest): JsonObject => ({
  id,
  username,
  subject: { issuer: person.issuer, subject: person.subject },
  note,
  requestedAt,
});

const parse = (value: Json): AccessRequest | undefined => {
  if (!isJsonObject(value)) return undefined;
  const { username, note, requestedAt } = value;
  const id = parseAccessRequestId(value["id"]);
  const person = parsePerson(value["subject"]);
  const isWhole =
    typeof username === "string" &&
    username !== "" &&
    (note === undefined || typeof note === "string") &&
    typeof requestedAt === "number";
  return isWhole && person && id
    ? { id, username: username as Username, person, note, requestedAt }
    : undefined;
};

/** The record of a group's requests. */
export const serialiseAccessRequests = (all: readonly AccessRequest[]): JsonObject => ({
  schema,
  requests: all.map(serialise),
});

/** Undefined: it has another shape, be it damaged or of a newer version of the server. */
export const parseAccessRequests = (value: JsonObject): readonly AccessRequest[] | undefined => {
  const { schema: found, requests } = value;
  if (found !== schema || !Array.isArray(requests)) return undefined;
  const parsed = (requests as readonly Json[]).map(parse).filter((one) => one !== undefined);
  return parsed.length === requests.length ? parsed : undefined;
};
