import type { Frame } from "../pages/frame.ts";
import { renderPage } from "../pages/template.ts";

/** `/logout`, when the link may be another site's: a form that sends `POST /logout`. */
export const renderLogout = (content: { readonly frame: Frame; readonly hasSession: boolean }): string =>
  renderPage("logout", { ...content, title: "Log out" });
