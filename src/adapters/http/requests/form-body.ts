import type { Seconds } from "../../../domain/brand.ts";
import { BadRequest } from "../../../domain/failure.ts";
import type { Context } from "../context.ts";
import { requestBody } from "../streaming/request-body.ts";

const formMediaType = "application/x-www-form-urlencoded";

/** Our own forms hold an id, and logout tokens a few claims. */
const maxBytes = 65_536;
const readTimeout: Seconds = 10;

/** Parses the body of a submitted form. Throws BadRequest for another media type or a body that is too long. */
export const readForm = async (ctx: Context): Promise<URLSearchParams> => {
  if (ctx.is(formMediaType) !== formMediaType) throw new BadRequest(`This is taken as ${formMediaType}.`);
  const timer = setTimeout(() => ctx.req.destroy(new Error("a form came too slowly")), readTimeout * 1000);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of requestBody(ctx)) {
      size += chunk.length;
      if (size > maxBytes) throw new BadRequest("This form is too long.");
      chunks.push(chunk);
    }
    return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
  } finally {
    clearTimeout(timer);
  }
};
