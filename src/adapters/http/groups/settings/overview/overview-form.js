import { send } from "../../../assets/api-request.js";
import { find } from "../../../assets/page-elements.js";
import { querySection, showOutcome } from "../settings-section.js";

/** In milliseconds, after the last change of the text. */
const previewDelay = 400;

/** @param {HTMLFormElement} form */
const encoded = (form) =>
  new URLSearchParams(Array.from(new FormData(form), ([name, value]) => [name, String(value)]));

let overview = querySection("#overview");
/** What the form held when it was last as the server knows it. */
let known = "";
let isSaving = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let previewTimer;
let isPreviewing = false;

const isUnsaved = () =>
  overview.section.dataset.unsaved !== undefined || encoded(overview.form).toString() !== known;

const schedulePreview = () => {
  clearTimeout(previewTimer);
  previewTimer = setTimeout(showPreview, previewDelay);
};

/** Shows the text as the group's page would, with one request at a time; again if the text has changed meanwhile. */
const showPreview = async () => {
  if (isPreviewing) return;
  isPreviewing = true;
  const { button, form, slot } = overview;
  const sent = encoded(form).toString();
  const url = button("preview").formAction;
  const { text, problem } = await send(url, { method: "POST", body: new URLSearchParams(sent) });
  const shown = problem === undefined ? JSON.parse(text) : { kind: "none", reason: problem };
  slot("preview-reason").textContent = shown.reason ?? "";
  if (shown.kind !== "none") slot("preview-body").replaceChildren(previewOf(shown));
  isPreviewing = false;
  if (hasPreview() && (form !== overview.form || sent !== encoded(form).toString())) schedulePreview();
};

/** @param {{ kind: string, html?: string, text?: string }} shown HTML that the server has sanitised, or plain text */
const previewOf = ({ kind, html = "", text = "" }) => {
  const element = document.createElement(kind === "html" ? "div" : "pre");
  element.className = kind === "html" ? "overview" : "overview plain";
  if (kind === "html") element.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  else element.textContent = text;
  return element;
};

/** Not if the whole file is edited. */
const hasPreview = () => overview.section.querySelector('[data-action="preview"]') !== null;

const startPreview = () => {
  if (!hasPreview()) return;
  overview.button("preview").hidden = true;
  overview.slot("preview").hidden = false;
  find(overview.form, "textarea", HTMLTextAreaElement).addEventListener("input", schedulePreview);
  showPreview();
};

/** @param {boolean} isReadOnly */
const setReadOnly = (isReadOnly) => {
  for (const control of overview.form.querySelectorAll("input, textarea")) {
    if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)
      control.readOnly = isReadOnly;
  }
};

/**
 * Submits the form, and shows what the server then says of it: the same section of the page that a browser without scripts
 * gets. If there is none, as when the login has ended, all that was typed stays.
 */
const save = async () => {
  showOutcome(overview, "Saving…");
  setReadOnly(true);
  const headers = { Accept: "text/html, application/json" };
  const { text, problem } = await send(overview.form.action, {
    method: "POST",
    headers,
    body: encoded(overview.form),
  });
  setReadOnly(false);
  const answer = new DOMParser().parseFromString(text, "text/html");
  const answered = answer.querySelector('#overview form[method="post"]')?.closest("#overview");
  if (!answered && problem !== undefined) return showOutcome(overview, `Not saved: ${problem}`, "bad");
  if (!answered) return reload();
  overview.section.replaceWith(document.adoptNode(answered));
  if (problem === undefined) replaceHead(answer);
  start();
  const focused = overview.section.querySelector("[autofocus]") ?? overview.submit;
  if (focused instanceof HTMLElement) focused.focus();
};

/** What was saved is too large for this form. */
const reload = () => {
  delete overview.section.dataset.unsaved;
  known = encoded(overview.form).toString();
  location.reload();
};

/**
 * Shows the title and what else of the group's head the form has changed.
 * @param {Document} answer
 */
const replaceHead = (answer) => {
  const head = answer.querySelector(".group-head");
  if (head) document.querySelector(".group-head")?.replaceWith(document.adoptNode(head));
};

const start = () => {
  overview = querySection("#overview");
  known = encoded(overview.form).toString();
  overview.form.addEventListener("input", () => showOutcome(overview, ""));
  overview.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSaving) return;
    isSaving = true;
    await save();
    isSaving = false;
  });
  startPreview();
};

window.addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});
start();
