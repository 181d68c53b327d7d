import { send } from "../../../assets/api-request.js";
import { find } from "../../../assets/page-elements.js";

const message = find(document, "#members-message", HTMLElement);

/** Where the focus goes when a row is gone: to the menu of the one that has its place. @param {HTMLElement} row */
const neighbourOf = (row) => row.nextElementSibling?.id ?? row.previousElementSibling?.id ?? "";

/** @param {string} id */
const focusRow = (id) => {
  const menu = document.getElementById(id)?.querySelector("summary");
  (menu ?? find(document, "#members-heading", HTMLElement)).focus();
};

/** Of a list, if there is still something in it. @param {string} id */
const focusHeading = (id) => {
  const heading = document.getElementById(`${id}-heading`) ?? find(document, "#members-heading", HTMLElement);
  heading.focus();
};

/**
 * Puts what the server shows now in place of what has changed; the message stays the same element, so that it is read out.
 * @param {string} saved the username of whoever's role was saved
 */
const refresh = async (saved) => {
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.set("saved", saved);
  const { text } = await send(url.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(text, "text/html");
  if (!page.querySelector("#members")) return location.reload();
  for (const selector of [".group-head", ".tabs", "#members"]) {
    const [before, after] = [document.querySelector(selector), page.querySelector(selector)];
    if (before && after) before.replaceWith(document.adoptNode(after));
  }
  document.querySelector("#ending")?.remove();
  const ending = page.querySelector("#ending");
  if (ending) find(document, ".tabs", HTMLElement).after(document.adoptNode(ending));
  message.replaceChildren(...find(page, "#members-message", HTMLElement).children);
};

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
const submit = async (form, submitter) => {
  if (form.dataset.busy !== undefined) return;
  form.dataset.busy = "";
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, submitter)) body.append(name, String(value));
  // `form.action` would be the field of that name.
  const { problem } = await send(form.getAttribute("action") ?? "", { method: "POST", body });
  delete form.dataset.busy;
  find(form, ".problem-text", HTMLElement).textContent = problem ?? "";
  if (problem !== undefined) return;
  const row = form.closest("tr");
  const next = row ? neighbourOf(row) : "";
  const list = form.closest(".waiting")?.id ?? "";
  await refresh(body.get("username")?.trim() ?? "");
  if (form.closest("#new-member")) return reopen();
  if (!row) return focusHeading(list);
  const id = row.id.replace(/-[a-z]+$/, `-${body.get("role")}`);
  focusRow(body.get("action") === "revoke" || !document.getElementById(id) ? next : id);
};

/** After somebody was added, the next may be. */
const reopen = () => {
  const panel = find(document, "#new-member", HTMLDetailsElement);
  panel.open = true;
  find(panel, 'input[name="username"]', HTMLInputElement).focus();
};

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.matches("[data-narrows]")) event.preventDefault();
  if (!form.matches("#members [data-direct]")) return;
  event.preventDefault();
  void submit(form, submitter);
});

/** Shows the rows whose username has all these words. @param {string} text */
const narrow = (text) => {
  const words = text.toLowerCase().split(/\s+/);
  const rows = [...document.querySelectorAll("#members tbody tr")].filter(
    (row) => row instanceof HTMLElement,
  );
  for (const row of rows) row.hidden = !words.every((word) => row.dataset.name?.includes(word));
  const shown = rows.filter((row) => !row.hidden).length;
  const found = find(document, '[data-slot="found"]', HTMLElement);
  found.hidden = text.trim() === "";
  found.textContent = `${shown} of ${rows.length}`;
  find(document, ".members-card", HTMLElement).hidden = shown === 0;
  find(document, '[data-slot="nobody"]', HTMLElement).hidden = shown > 0;
};

document.addEventListener("input", ({ target }) => {
  if (target instanceof HTMLInputElement && target.matches("[data-narrows] input")) narrow(target.value);
});

const linked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
const linkedMenu = linked?.querySelector("details.role-menu");
if (linkedMenu instanceof HTMLDetailsElement) {
  linkedMenu.open = true;
  find(linkedMenu, "summary", HTMLElement).focus();
}
