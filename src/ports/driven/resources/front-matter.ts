import type { JsonObject } from "../../../domain/brand.ts";

/**
 * Parses Markdown that begins with YAML or JSON between lines of three hyphens (storage.md section 5). Values are those
 * that Auspice reads, as JSON.
 */
export interface FrontMatter {
  /**
   * Text without front matter is all body. Throws BadContent for front matter that cannot be parsed, with a sentence
   * that says in which line and why; Busy, PartMissing.
   */
  parse(text: string): Promise<{ readonly attributes: JsonObject; readonly body: string }>;
}
