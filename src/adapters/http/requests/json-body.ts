import type { JsonObject } from "../../../domain/brand.ts";
import { BadRequest } from "../../../domain/failure.ts";
import { parseObject } from "../../../domain/json-object.ts";
import type { Context } from "../context.ts";
import { hasBody } from "../streaming/request-body.ts";
import { readSmallBody } from "./small-body.ts";

const jsonMediaType = "application/json";

/**
 * Parses the JSON object in a request's body; an empty one where there is no body. Throws BadRequest for another media
 * type, for what is no JSON object, and for a body that is too long.
 */
export const readJson = async (ctx: Context): Promise<JsonObject> => {
  if (!hasBody(ctx) || ctx.get("Content-Length") === "0") return {};
  if (ctx.is(jsonMediaType) !== jsonMediaType) throw new BadRequest(`This is taken as ${jsonMediaType}.`);
  const value = parseObject(await readSmallBody(ctx));
  if (value === undefined) throw new BadRequest("The body has to be a JSON object.");
  return value;
};
