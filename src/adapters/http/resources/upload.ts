import { UnsupportedMediaType } from "../../../domain/failure.ts";
import type { Upload } from "../../../ports/driven/resources/content-check.ts";
import type { Context } from "../context.ts";
import { hasBody, requestBody } from "../streaming/request-body.ts";

/** The media type of the request's body, without parameters. */
export const uploadMediaType = (ctx: Context): string =>
  ctx.get("Content-Type").split(";")[0]?.trim().toLowerCase() ?? "";

/**
 * Checks the headers of a PUT before its body is read, in this order: media type, permission (`open` throws), content
 * coding (http-api.md sections 3 and 6). Throws UnsupportedMediaType, and what `open` throws.
 */
export const readUpload = <Opened>(
  ctx: Context,
  acceptedTypes: readonly string[],
  open: () => Opened,
): { readonly opened: Opened; readonly type: string; readonly upload: Upload } => {
  ctx.vary("Content-Type");
  const type = uploadMediaType(ctx);
  if (!acceptedTypes.includes(type) || !hasBody(ctx)) {
    throw new UnsupportedMediaType(
      `An upload here has a body and one of these types: ${acceptedTypes.join(", ")}.`,
    );
  }
  const opened = open();
  const encoding = ctx.req.headers["content-encoding"] ?? "identity";
  if (encoding !== "gzip" && ctx.req.headers["content-encoding"] !== undefined) {
    throw new UnsupportedMediaType("Uploads may be compressed with gzip, or not at all.");
  }
  const upload = { encoding: encoding === "gzip" ? "gzip" : "identity", body: requestBody(ctx) } as const;
  return { opened, type, upload };
};
