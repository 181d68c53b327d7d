import type { Group } from "../../../domain/group.ts";
import type { Frame } from "./frame.ts";
import { renderPage } from "./template.ts";

/** `/whoami`. */
export const renderWhoami = (content: {
  readonly frame: Frame;
  readonly memberships: readonly Group[];
}): string => renderPage("./whoami", { ...content, title: "Who am I" });
