import { BadRequest } from "../../../domain/failure.ts";
import type { Context } from "../context.ts";
import type { BodyLimits } from "./small-body.ts";
import { readSmallBody } from "./small-body.ts";

const formMediaType = "application/x-www-form-urlencoded";

export const isForm = (ctx: Context): boolean => ctx.is(formMediaType) === formMediaType;

/** Parses the body of a submitted form. Throws BadRequest for another media type or a body that is too long. */
export const readForm = async (ctx: Context, limits?: BodyLimits): Promise<URLSearchParams> => {
  if (!isForm(ctx)) throw new BadRequest(`This is taken as ${formMediaType}.`);
  return new URLSearchParams(await readSmallBody(ctx, limits));
};
