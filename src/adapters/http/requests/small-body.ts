import type { Seconds } from "../../../domain/brand.ts";
import { BadRequest } from "../../../domain/failure.ts";
import type { Context } from "../context.ts";
import { requestBody } from "../streaming/request-body.ts";

/** Our own forms hold a few fields, and logout tokens a few claims. */
const maxBytes = 65_536;
const readTimeout: Seconds = 10;

/** The body of a form or of a small JSON document, as text. Throws BadRequest when it is too long. */
export const readSmallBody = async (ctx: Context): Promise<string> => {
  const timer = setTimeout(() => ctx.req.destroy(new Error("a body came too slowly")), readTimeout * 1000);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of requestBody(ctx)) {
      size += chunk.length;
      if (size > maxBytes) throw new BadRequest("This form is too long.");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    clearTimeout(timer);
  }
};
