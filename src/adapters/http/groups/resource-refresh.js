import { send } from "../assets/api-request.js";
import { find } from "../assets/page-elements.js";

/** Shows the buttons that work with scripts only. */
export const showScriptedControls = () => {
  for (const button of queryControls(document, "[data-delete]")) button.hidden = false;
};

/** @type {(root: ParentNode, selector: string) => HTMLElement[]} */
const queryControls = (root, selector) =>
  [...root.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement);

/** @param {HTMLElement} control */
const urlOf = (control) => control.dataset.delete ?? control.getAttribute("href");

/**
 * Where the focus moves when the lists are replaced: to the same control, to the one at its index if its row is gone,
 * or to a heading.
 * @param {HTMLElement} focused
 * @param {ParentNode} before
 * @param {ParentNode} after
 */
const focusTarget = (focused, before, after) => {
  const sameKind = focused.matches("[data-delete]") ? "li [data-delete]" : "li a[href]";
  const index = queryControls(before, sameKind).indexOf(focused);
  const controls = queryControls(after, sameKind);
  const next = controls.find((control) => urlOf(control) === urlOf(focused)) ?? controls[index];
  if (next) return next;
  const heading = [...after.querySelectorAll("h2")].at(-1) ?? find(document, "h1", HTMLElement);
  heading.tabIndex = -1;
  return heading;
};

/**
 * Leaves folders open or folded as they are.
 * @type {(before: ParentNode, after: ParentNode) => void}
 */
const keepFolds = (before, after) => {
  const isOpen = new Map(queryFolders(before).map((folder) => [folder.dataset.name, folder.open]));
  for (const folder of queryFolders(after)) folder.open = isOpen.get(folder.dataset.name) ?? true;
};

/** @param {ParentNode} root */
const queryFolders = (root) =>
  [...root.querySelectorAll("details.folder")].filter((element) => element instanceof HTMLDetailsElement);

/**
 * The number beside the tab's name.
 * @param {ParentNode} newPage
 */
const updateCount = (newPage) => {
  const selector = ".tabs [aria-current] .tab-count";
  const count = newPage.querySelector(selector);
  if (count) document.querySelector(selector)?.replaceWith(count);
};

/** Reloads the page's resource lists, without the rest of the page. */
export const refreshResources = async () => {
  const { text } = await send(location.href, { headers: { Accept: "text/html" } });
  // The page of a missing resource is a 404 that contains the lists too.
  const newPage = new DOMParser().parseFromString(text, "text/html");
  const newLists = newPage.querySelector("#resources");
  if (newLists) updateCount(newPage);
  const oldLists = find(document, "#resources", HTMLElement);
  if (newLists) keepFolds(oldLists, newLists);
  const { activeElement } = document;
  const focused = oldLists.contains(activeElement) ? activeElement : undefined;
  if (newLists) oldLists.replaceWith(document.adoptNode(newLists));
  else
    oldLists.prepend("These lists may be out of date, since they could not be read again. Reload this page.");
  showScriptedControls();
  if (newLists && focused instanceof HTMLElement) focusTarget(focused, oldLists, newLists).focus();
};
