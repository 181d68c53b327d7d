import { send } from "../../../assets/api-request.js";
import { find } from "../../../assets/page-elements.js";
import { querySection, showOutcome, withBusyButton } from "../settings-section.js";

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

await loadLargeOverview();
