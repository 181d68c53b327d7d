import type { Frame } from "../pages/frame.ts";
import { renderPage } from "../pages/template.ts";

/** Asks before logging out somebody who came from another site's page; its button sends `POST /logout`. */
export const renderLogout = (content: { readonly frame: Frame; readonly hasSession: boolean }): string =>
  renderPage("logout", { ...content, title: "Log out" });
