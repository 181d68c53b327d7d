import type { JsonObject } from "../../../domain/brand.ts";
import type { AttributeChanges } from "../../../domain/groups/overview-fields.ts";

/**
 * Reads and changes Markdown that begins with YAML or JSON between lines of three hyphens (storage.md section 5). Values are those
 * that Auspice reads, as JSON.
 */
export interface FrontMatter {
  /**
   * Text without front matter is all body. Throws BadContent for front matter that cannot be parsed, with a sentence
   * that says in which line and why; Busy, PartMissing.
   */
  parse(text: string): Promise<{ readonly attributes: JsonObject; readonly body: string }>;
  /**
   * The text with these attributes changed and with another body. All other attributes stay, and comments too, unless
   * the front matter has to be written anew. Throws what `parse` does.
   */
  replace(text: string, changes: AttributeChanges, body: string): Promise<string>;
}
