import { send } from "../../assets/api-request.js";
import { find } from "../../assets/page-elements.js";

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @param {string} selector */
const querySection = (selector) => {
  const section = find(document, selector, HTMLElement);
  return {
    section,
    url: section.dataset.address ?? "",
    form: find(section, "form", HTMLFormElement),
    submit: find(section, '[type="submit"]', HTMLButtonElement),
    /** @param {string} name */
    slot: (name) => find(section, `[data-slot="${name}"]`, HTMLElement),
    /** @param {string} action */
    button: (action) => find(section, `[data-action="${action}"]`, HTMLButtonElement),
  };
};

/** @type {(parts: ReturnType<typeof querySection>, message: string, state?: "good" | "bad" | "") => void} */
const showOutcome = ({ slot }, message, state = "") => {
  slot("outcome").className = `outcome ${state}`;
  slot("outcome").textContent = message;
};

/**
 * Disables a button and changes its label while some work is running.
 * @template T
 * @param {HTMLButtonElement} button
 * @param {string} message
 * @param {() => Promise<T>} work
 */
const withBusyButton = async (button, message, work) => {
  const label = [...button.childNodes];
  button.disabled = true;
  button.replaceChildren(message);
  const result = await work();
  button.replaceChildren(...label);
  button.disabled = false;
  return result;
};

const logo = querySection("#logo");
const fileInput = find(logo.form, "input", HTMLInputElement);
const dialog = find(logo.section, "dialog", HTMLDialogElement);
const currentImage = find(logo.section, 'img[data-slot="current"]', HTMLImageElement);
const previewImage = find(logo.section, '[data-slot="preview"] img', HTMLImageElement);
/** @type {{ readonly file: File, readonly dataUrl: string } | undefined} */
let selectedLogo;

/** @param {string | undefined} dataUrl */
const showLogo = (dataUrl) => {
  currentImage.src = dataUrl ?? "";
  currentImage.hidden = dataUrl === undefined;
  logo.slot("none").hidden = dataUrl !== undefined;
  logo.button("delete").hidden = dataUrl === undefined;
};

/** @param {typeof selectedLogo} selection */
const selectLogo = (selection) => {
  selectedLogo = selection;
  logo.slot("preview").hidden = !selection;
  if (selection) previewImage.src = selection.dataUrl;
  logo.submit.disabled = !selection;
};

/** @param {File} file */
const isPng = async (file) => {
  const start = new Uint8Array(await file.slice(0, pngSignature.length).arrayBuffer());
  return pngSignature.every((byte, i) => start[i] === byte);
};

/**
 * A data: URL, which the Content-Security-Policy allows and which need not be revoked, unlike an object URL.
 * @param {File} file
 * @returns {Promise<string>}
 */
const readAsDataUrl = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

fileInput.addEventListener("change", async () => {
  const file = fileInput.files?.[0];
  selectLogo(undefined);
  showOutcome(logo, "");
  if (!file) return;
  if (!(await isPng(file)))
    return showOutcome(logo, "This file is not a PNG picture. Choose another one.", "bad");
  selectLogo({ file, dataUrl: await readAsDataUrl(file) });
});

logo.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!selectedLogo) return;
  const { dataUrl, file } = selectedLogo;
  const { problem } = await withBusyButton(logo.submit, "Uploading…", () =>
    send(logo.url, {
      method: "PUT",
      headers: { "Content-Type": "image/png" },
      body: file,
    }),
  );
  if (problem !== undefined) return showOutcome(logo, problem, "bad");
  showLogo(dataUrl);
  fileInput.value = "";
  selectLogo(undefined);
  showOutcome(logo, "The new logo is in use.", "good");
});

logo.button("delete").addEventListener("click", () => dialog.showModal());
logo.button("keep").addEventListener("click", () => dialog.close());
logo.button("confirm").addEventListener("click", async () => {
  dialog.close();
  const { problem } = await withBusyButton(logo.button("delete"), "Deleting…", () =>
    send(logo.url, { method: "DELETE" }),
  );
  if (problem !== undefined) return showOutcome(logo, problem, "bad");
  showLogo(undefined);
  showOutcome(logo, "The logo is deleted.", "good");
});

const overview = querySection("#overview");
const textarea = find(overview.form, "textarea", HTMLTextAreaElement);
const storedText = find(overview.section, '[data-slot="theirs"] pre', HTMLPreElement);
/** The ETag of the stored overview, or an empty string if there is none. */
let etag = overview.section.dataset.etag ?? "";
let savedText = textarea.value;

const fetchStored = () => send(overview.url, { headers: { Accept: "text/markdown" } });

/** Handles a conflict with somebody else's change: shows the stored text, which the next save replaces. */
const showConflict = async () => {
  const stored = await fetchStored();
  if (stored.problem !== undefined && stored.status !== 404)
    return showOutcome(overview, stored.problem, "bad");
  etag = stored.status === 404 ? "" : stored.etag;
  overview.slot("theirs").hidden = false;
  storedText.textContent = stored.status === 404 ? "(deleted)" : stored.text;
  showOutcome(
    overview,
    "Nothing was saved: somebody else changed the overview meanwhile. What is stored now stands below; take from it what you need. Saving again replaces it.",
    "bad",
  );
};

/** @param {string} text */
const save = async (text) => {
  /** @type {Record<string, string>} */
  const condition = etag === "" ? { "If-None-Match": "*" } : { "If-Match": etag };
  const headers = { "Content-Type": "text/markdown", ...condition };
  const { status, problem } = await send(overview.url, { method: "PUT", headers, body: text });
  if (status === 412) return showConflict();
  if (problem !== undefined) return showOutcome(overview, problem, "bad");
  const stored = await fetchStored();
  if (stored.problem !== undefined) return showOutcome(overview, stored.problem, "bad");
  if (stored.text !== text) return showConflict();
  etag = stored.etag;
  savedText = textarea.value;
  overview.slot("theirs").hidden = true;
  showOutcome(overview, "Saved.", "good");
};

/** Loads a text that is too large for the page. The form is hidden until then, so that nothing else can be saved. */
const loadLargeOverview = async () => {
  const stored = await fetchStored();
  if (stored.problem !== undefined) return showOutcome(overview, stored.problem, "bad");
  textarea.value = stored.text;
  etag = stored.etag;
  savedText = textarea.value;
  overview.form.hidden = false;
};

textarea.addEventListener("input", () => {
  overview.submit.disabled = false;
  showOutcome(overview, "");
});
overview.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await withBusyButton(overview.submit, "Saving…", () => save(textarea.value));
  overview.submit.disabled = textarea.value === savedText;
});
window.addEventListener("beforeunload", (event) => {
  if (textarea.value !== savedText) event.preventDefault();
});

logo.form.hidden = false;
if (overview.section.dataset.isElsewhere === undefined) overview.form.hidden = false;
else await loadLargeOverview();
