import { BadRequest } from "../../../domain/failure.ts";
import type { Context } from "../context.ts";
import { isForm, readForm } from "./form-body.ts";
import { readJson } from "./json-body.ts";

/** What a form of a page, or a program's JSON object, says. */
export interface Fields {
  /** A browser's form, which is answered with a page. */
  readonly isForm: boolean;
  /** Undefined: the field is absent, empty or null. Throws BadRequest when it is no text. */
  text(name: string): string | undefined;
}

export const noFields: Fields = { isForm: false, text: () => undefined };

/** Parses the body of a form or a JSON object. Throws BadRequest for what is neither, and when it is too long. */
export const readFields = async (ctx: Context): Promise<Fields> => {
  if (isForm(ctx)) {
    const form = await readForm(ctx);
    return { isForm: true, text: (name) => form.get(name)?.trim() || undefined };
  }
  const value = await readJson(ctx);
  return {
    isForm: false,
    text: (name) => {
      const field = value[name] ?? "";
      if (typeof field !== "string") throw new BadRequest(`The value of ${name} has to be a text.`);
      return field || undefined;
    },
  };
};
