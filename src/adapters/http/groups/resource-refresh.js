import { send } from "../assets/api-request.js";
import { find } from "../assets/page-elements.js";

/** Shows the buttons that work with scripts only. */
export const showScriptedParts = () => {
  for (const button of controlsOf(document, "[data-delete]")) button.hidden = false;
};

/** @type {(root: ParentNode, selector: string) => HTMLElement[]} */
const controlsOf = (root, selector) =>
  [...root.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement);

/** @param {HTMLElement} control */
const addressOf = (control) => control.dataset.delete ?? control.getAttribute("href");

/**
 * Where the focus moves when the lists are replaced: to the same control, to the one at its index if its row is gone,
 * or to a heading.
 * @param {HTMLElement} focused
 * @param {ParentNode} before
 * @param {ParentNode} after
 */
const successor = (focused, before, after) => {
  const like = focused.matches("[data-delete]") ? "li [data-delete]" : "li a[href]";
  const place = controlsOf(before, like).indexOf(focused);
  const controls = controlsOf(after, like);
  const found = controls.find((control) => addressOf(control) === addressOf(focused)) ?? controls[place];
  if (found) return found;
  const heading = [...after.querySelectorAll("h2")].at(-1) ?? find(document, "h1", HTMLElement);
  heading.tabIndex = -1;
  return heading;
};

/** Reloads the page's resource lists, without the rest of the page. */
export const refreshResources = async () => {
  const { text } = await send(location.href, { headers: { Accept: "text/html" } });
  // The page of a missing resource is a 404 that contains the lists too.
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#resources");
  const lists = find(document, "#resources", HTMLElement);
  const { activeElement } = document;
  const focused = lists.contains(activeElement) ? activeElement : undefined;
  if (fresh) lists.replaceWith(document.adoptNode(fresh));
  else lists.prepend("These lists may be out of date, since they could not be read again. Reload this page.");
  showScriptedParts();
  if (fresh && focused instanceof HTMLElement) successor(focused, lists, fresh).focus();
};
