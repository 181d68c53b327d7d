import { readFile } from "node:fs/promises";
import Router from "@koa/router";
import type { RequestState } from "../context.ts";
import { imagePolicies } from "../groups/overview/image-policy.ts";
import type { Overviews } from "../groups/overview/overview.ts";
import type { Pages } from "../pages/pages.ts";
import { renderPage } from "../pages/template.ts";
import type { Admission } from "../streaming/admission.ts";
import { forOrigin, guideMarkdown, withSectionIds } from "./guide.ts";

interface Deps {
  readonly pages: Pages;
  readonly overviews: Overviews;
  readonly admission: Admission;
}

const guide = new URL("../../../../docs/using.md", import.meta.url);
const noImages = imagePolicies([])(undefined);

/** `/help`: the guide for scientists, `docs/using.md`. It is read once, and rendered as overviews are. */
export const helpRoute = (d: Deps): Router<RequestState> => {
  const router = new Router<RequestState>();
  let markdown: Promise<string> | undefined;
  router.get("/help", async (ctx) => {
    markdown ??= readFile(guide, "utf8").then(guideMarkdown);
    const text = await markdown.catch((error: unknown) => {
      markdown = undefined;
      throw error;
    });
    const overview = await d.overviews.render(text, noImages, (run) => d.admission.run(ctx, "render", run));
    const { html, sections } =
      overview.kind === "html" ? withSectionIds(overview.html) : { html: undefined, sections: [] };
    const page = {
      layout: d.pages.layout(ctx),
      title: "Help",
      sections,
      html: html && forOrigin(html, ctx.state.origin),
      text,
    };
    d.pages.send(ctx, renderPage("help", page));
  });
  return router;
};
