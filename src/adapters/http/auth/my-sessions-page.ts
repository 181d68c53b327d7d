import type { OwnSession } from "../../../ports/driving/my-sessions.ts";
import type { LayoutData } from "../pages/layout.ts";
import { renderPage } from "../pages/template.ts";

export interface MySessionsPage {
  readonly layout: LayoutData;
  readonly sessions: readonly OwnSession[];
}

/** A time for the `datetime` attribute and as text, such as "2026-03-01 14:05 UTC". A script localises it. */
const formatTime = (seconds: number) => {
  const iso = new Date(seconds * 1000).toISOString();
  return {
    iso: `${iso.slice(0, "2026-03-01T14:05".length)}Z`,
    text: `${iso.slice(0, 16).replace("T", " ")} UTC`,
  };
};

/** `/sessions`. */
export const renderMySessions = ({ layout, sessions }: MySessionsPage): string =>
  renderPage("my-sessions", {
    layout,
    username: layout.user?.username,
    title: "My sessions",
    hasOthers: sessions.some(({ isCurrent }) => !isCurrent),
    sessions: sessions.map(({ publicId, since, lastUsed, client, isCurrent }) => ({
      publicId,
      isCurrent,
      client: client ?? "An unknown client",
      since: formatTime(since),
      lastUsed: formatTime(lastUsed),
    })),
  });
