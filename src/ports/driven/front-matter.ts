import type { JsonObject } from "../../domain/brand.ts";

/** Takes apart Markdown that begins with YAML or JSON between lines of three hyphens (storage.md section 5). */
export interface FrontMatter {
  /** Text without front matter is all body. Throws BadContent for front matter that cannot be parsed. */
  parse(text: string): { readonly attributes: JsonObject; readonly body: string };
}
