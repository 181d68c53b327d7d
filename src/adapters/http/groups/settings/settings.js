import { send } from "../../assets/api-request.js";
import { find } from "../../assets/page-elements.js";

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @param {string} selector */
const partsOf = (selector) => {
  const section = find(document, selector, HTMLElement);
  return {
    section,
    address: section.dataset.address ?? "",
    form: find(section, "form", HTMLFormElement),
    submit: find(section, '[type="submit"]', HTMLButtonElement),
    /** @param {string} name */
    slot: (name) => find(section, `[data-slot="${name}"]`, HTMLElement),
    /** @param {string} action */
    button: (action) => find(section, `[data-action="${action}"]`, HTMLButtonElement),
  };
};

/** @type {(parts: ReturnType<typeof partsOf>, words: string, state?: "good" | "bad" | "") => void} */
const say = ({ slot }, words, state = "") => {
  slot("outcome").className = `outcome ${state}`;
  slot("outcome").textContent = words;
};

/**
 * Disables a button and changes its label while some work is running.
 * @template T
 * @param {HTMLButtonElement} button
 * @param {string} words
 * @param {() => Promise<T>} work
 */
const busy = async (button, words, work) => {
  const before = [...button.childNodes];
  button.disabled = true;
  button.replaceChildren(words);
  const result = await work();
  button.replaceChildren(...before);
  button.disabled = false;
  return result;
};

const logo = partsOf("#logo");
const chooser = find(logo.form, "input", HTMLInputElement);
const dialog = find(logo.section, "dialog", HTMLDialogElement);
const current = find(logo.section, 'img[data-slot="current"]', HTMLImageElement);
const preview = find(logo.section, '[data-slot="preview"] img', HTMLImageElement);
/** @type {{ readonly file: File, readonly source: string } | undefined} */
let chosen;

/** @param {string | undefined} source */
const showLogo = (source) => {
  current.src = source ?? "";
  current.hidden = source === undefined;
  logo.slot("none").hidden = source !== undefined;
  logo.button("delete").hidden = source === undefined;
};

/** @param {typeof chosen} choice */
const choose = (choice) => {
  chosen = choice;
  logo.slot("preview").hidden = !choice;
  if (choice) preview.src = choice.source;
  logo.submit.disabled = !choice;
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

chooser.addEventListener("change", async () => {
  const file = chooser.files?.[0];
  choose(undefined);
  say(logo, "");
  if (!file) return;
  if (!(await isPng(file))) return say(logo, "This file is not a PNG picture. Choose another one.", "bad");
  choose({ file, source: await readAsDataUrl(file) });
});

logo.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!chosen) return;
  const { source, file } = chosen;
  const { problem } = await busy(logo.submit, "Uploading…", () =>
    send(logo.address, {
      method: "PUT",
      headers: { "Content-Type": "image/png" },
      body: file,
    }),
  );
  if (problem !== undefined) return say(logo, problem, "bad");
  showLogo(source);
  chooser.value = "";
  choose(undefined);
  say(logo, "The new logo is in use.", "good");
});

logo.button("delete").addEventListener("click", () => dialog.showModal());
logo.button("keep").addEventListener("click", () => dialog.close());
logo.button("confirm").addEventListener("click", async () => {
  dialog.close();
  const { problem } = await busy(logo.button("delete"), "Deleting…", () =>
    send(logo.address, { method: "DELETE" }),
  );
  if (problem !== undefined) return say(logo, problem, "bad");
  showLogo(undefined);
  say(logo, "The logo is deleted.", "good");
});

const overview = partsOf("#overview");
const area = find(overview.form, "textarea", HTMLTextAreaElement);
const theirs = find(overview.section, '[data-slot="theirs"] pre', HTMLPreElement);
/** The ETag of the stored overview, or an empty string if there is none. */
let etag = overview.section.dataset.etag ?? "";
let saved = area.value;

const fetchStored = () => send(overview.address, { headers: { Accept: "text/markdown" } });

/** Handles a conflict with somebody else's change: shows the stored text, which the next save replaces. */
const showTheirs = async () => {
  const stored = await fetchStored();
  if (stored.problem !== undefined && stored.status !== 404) return say(overview, stored.problem, "bad");
  etag = stored.status === 404 ? "" : stored.etag;
  overview.slot("theirs").hidden = false;
  theirs.textContent = stored.status === 404 ? "(deleted)" : stored.text;
  say(
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
  const { status, problem } = await send(overview.address, { method: "PUT", headers, body: text });
  if (status === 412) return showTheirs();
  if (problem !== undefined) return say(overview, problem, "bad");
  const stored = await fetchStored();
  if (stored.problem !== undefined) return say(overview, stored.problem, "bad");
  if (stored.text !== text) return showTheirs();
  etag = stored.etag;
  saved = area.value;
  overview.slot("theirs").hidden = true;
  say(overview, "Saved.", "good");
};

/** Loads a text that is too large for the page. The form is hidden until then, so that nothing else can be saved. */
const fetchLarge = async () => {
  const stored = await fetchStored();
  if (stored.problem !== undefined) return say(overview, stored.problem, "bad");
  area.value = stored.text;
  etag = stored.etag;
  saved = area.value;
  overview.form.hidden = false;
};

area.addEventListener("input", () => {
  overview.submit.disabled = false;
  say(overview, "");
});
overview.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  await busy(overview.submit, "Saving…", () => save(area.value));
  overview.submit.disabled = area.value === saved;
});
window.addEventListener("beforeunload", (event) => {
  if (area.value !== saved) event.preventDefault();
});

logo.form.hidden = false;
if (overview.section.dataset.isElsewhere === undefined) overview.form.hidden = false;
else await fetchLarge();
