import type { Seconds } from "../../../domain/brand.ts";
import { BadRequest } from "../../../domain/failure.ts";
import type { Context } from "../context.ts";
import { requestBody } from "../streaming/request-body.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  /** Within which the body has to come. */
  readonly timeout: Seconds;
}

/** Most of our own forms hold a few fields, and logout tokens a few claims. */
const defaultLimits: BodyLimits = { maxBytes: 65_536, timeout: 10 };

/** The body of a form or of a small JSON document, as text. Throws BadRequest when it is too long. */
export const readSmallBody = async (ctx: Context, limits: BodyLimits = defaultLimits): Promise<string> => {
  const timer = setTimeout(() => ctx.req.destroy(new Error("a body came too slowly")), limits.timeout * 1000);
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of requestBody(ctx)) {
      size += chunk.length;
      if (size > limits.maxBytes) throw new BadRequest("This form is too long.");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    clearTimeout(timer);
  }
};
