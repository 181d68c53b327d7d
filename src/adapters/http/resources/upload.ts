import { UnsupportedMediaType } from "../../../domain/failure.ts";
import type { Upload } from "../../../ports/driven/resources/content-check.ts";
import type { Context } from "../context.ts";
import { hasBody, requestBody } from "../streaming/request-body.ts";

/** The type that an upload says it has, without parameters. */
export const uploadType = (ctx: Context): string =>
  ctx.get("Content-Type").split(";")[0]?.trim().toLowerCase() ?? "";

/**
 * The upload that a PUT brings, and what it is for, once everything that can be checked before its body was checked,
 * in this order: type, permission, encoding (http-api.md sections 3 and 6).
 */
export const readUpload = <Opened>(
  ctx: Context,
  accepted: readonly string[],
  open: () => Opened,
): { readonly opened: Opened; readonly type: string; readonly upload: Upload } => {
  ctx.vary("Content-Type");
  const type = uploadType(ctx);
  if (!accepted.includes(type) || !hasBody(ctx)) {
    throw new UnsupportedMediaType(
      `An upload here has a body and one of these types: ${accepted.join(", ")}.`,
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
