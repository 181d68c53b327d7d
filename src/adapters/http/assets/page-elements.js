/**
 * The first element that matches a selector, and has this type. Throws when there is none, since then the page's template
 * and its script do not match.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} type
 */
export const find = (root, selector, type) => {
  const element = root.querySelector(selector);
  if (element instanceof type) return element;
  throw new Error(`This page has no ${type.name} ${selector}`);
};
