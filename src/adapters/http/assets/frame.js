/** Closes the menus of a page, as one expects of a menu. @param {(menu: HTMLDetailsElement) => boolean} isMeant */
const closeMenus = (isMeant) => {
  for (const menu of document.querySelectorAll("details.menu[open], details.role-menu[open]")) {
    if (menu instanceof HTMLDetailsElement && isMeant(menu)) menu.open = false;
  }
};

document.addEventListener("click", ({ target }) => {
  closeMenus((menu) => !(target instanceof Node && menu.contains(target)));
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  closeMenus((menu) => {
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    return true;
  });
});

/**
 * Copies the text of the element that a button with `data-copy` names, and says so on the button.
 * @param {HTMLElement} button
 */
const copy = async (button) => {
  const source = document.getElementById(button.dataset.copy ?? "");
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(source?.textContent?.trim() ?? "");
    button.textContent = "Copied";
  } catch {
    // The clipboard needs https, and may be forbidden: the text is selected, to be copied by hand.
    if (source) getSelection()?.selectAllChildren(source);
    button.textContent = "Selected";
  }
  setTimeout(() => {
    button.textContent = label;
  }, 2000);
};

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-copy]") : null;
  if (button instanceof HTMLElement) void copy(button);
});
// Styles show the controls that need scripts.
document.documentElement.classList.add("scripted");
