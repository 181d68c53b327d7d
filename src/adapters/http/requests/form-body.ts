import type { Seconds } from "../../../domain/brand.ts";
import { BadRequest } from "../../../domain/failure.ts";
import type { Context } from "../context.ts";
import { requestBody } from "../streaming/request-body.ts";

const type = "application/x-www-form-urlencoded";

/** Our own forms hold an id, logout tokens a few claims. */
const maxBytes = 65_536;
const patience: Seconds = 10;

/** The fields of a form that was sent. Throws BadRequest. */
export const readForm = async (ctx: Context): Promise<URLSearchParams> => {
  if (ctx.is(type) !== type) throw new BadRequest(`This is taken as ${type}.`);
  const late = setTimeout(() => ctx.req.destroy(new Error("a form came too slowly")), patience * 1000);
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
    clearTimeout(late);
  }
};
