import { BadRequest } from "../../../domain/failure.ts";
import type { ETag, Precondition } from "../../../domain/resources/stored-object.ts";
import type { Context } from "../context.ts";

const strongETag = /(?<!W\/)"[\x21\x23-\x7e\x80-\xff]*"/g;

/**
 * The precondition of a PUT or DELETE (RFC 9110 sections 13.1.1 and 13.1.2). Weak tags are left out, since If-Match
 * compares strongly. Throws BadRequest for what no precondition of ours can express.
 */
export const precondition = (ctx: Context): Precondition => {
  const ifMatch = ctx.get("If-Match").trim();
  const ifNoneMatch = ctx.get("If-None-Match").trim();
  if (ifMatch !== "" && ifNoneMatch !== "") throw new BadRequest("Send If-Match or If-None-Match, not both.");
  if (ifNoneMatch !== "") {
    if (ifNoneMatch !== "*") throw new BadRequest("If-None-Match can only be * here.");
    return { kind: "absent" };
  }
  if (ifMatch === "") return { kind: "none" };
  if (ifMatch === "*") return { kind: "present" };
  return { kind: "matches", etags: (ifMatch.match(strongETag) ?? []) as ETag[] };
};
