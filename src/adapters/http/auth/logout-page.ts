import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";

/** `/logout`, when the link may be another site's: a form that sends `POST /logout`. */
export const renderLogout = (content: {
  readonly layout: LayoutData;
  readonly hasSession: boolean;
}): string => renderPage("logout", { ...content, title: "Log out" });
