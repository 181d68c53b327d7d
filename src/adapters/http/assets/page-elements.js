/**
 * The first element of a type that a selector finds below `root`. Throws when there is none, since then a page's
 * template and its script do not fit each other.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 */
export const find = (root, selector, type) => {
  const found = root.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`This page has no ${type.name} ${selector}`);
};
