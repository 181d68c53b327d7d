import { send } from "../../assets/api-request.js";
import { find } from "../../assets/page-elements.js";
import { refreshResources } from "../resource-refresh.js";
import { resourceUrl } from "./file-name.js";
import { put } from "./upload-request.js";
import { createRow, formatSize, setState } from "./upload-row.js";

/** @import { Row, State } from "./upload-row.js" */

const section = find(document, "#upload", HTMLDetailsElement);
const form = find(section, "form", HTMLFormElement);
const fileInput = find(form, 'input[type="file"]', HTMLInputElement);
const dropZone = find(form, ".drop", HTMLElement);
const fileList = find(form, ".files", HTMLElement);
const submitButton = find(form, '[type="submit"]', HTMLButtonElement);
const stopButton = find(form, '[data-action="stop"]', HTMLButtonElement);
const summary = find(form, '[data-slot="summary"]', HTMLElement);
const template = find(section, "template", HTMLTemplateElement);

/** @type {Set<Row>} */
const rows = new Set();
let abortController = new AbortController();

/** @param {Row} row */
const urlOf = (row) => resourceUrl(section.dataset.group ?? "", row.kind.value, row.name.value);
/** @param {Row} row */
const mediaTypeOf = (row) => row.kind.selectedOptions[0]?.dataset.mediaType ?? "";

/**
 * Sends a row's file, and shows the progress in the row.
 * @param {Row} row
 * @param {Record<string, string>} headers
 */
const sendFile = (row, headers) =>
  put(urlOf(row), row.file, headers, abortController.signal, (sent, total) => {
    row.progress.value = total === 0 ? 0 : sent / total;
    row.outcome.textContent =
      sent < total
        ? `Uploading: ${formatSize(sent)} of ${formatSize(total)}`
        : "Uploaded; the server is checking it…";
  });

/** In bytes. Smaller files are sent without a preceding HEAD request, since If-None-Match suffices. */
const minSizeToProbe = 2e6;

/** @param {Row} row */
const exists = async (row) => {
  if (row.file.size < minSizeToProbe) return false;
  const { status } = await send(urlOf(row), { method: "HEAD", headers: { Accept: mediaTypeOf(row) } });
  return status === 200;
};

/** @param {Row} row */
const askToReplace = (row) =>
  setState(row, "exists", "There is already such a file at this address. Replace it for everybody?");

/** @param {string} warning */
const createWarning = (warning) => {
  const line = document.createElement("span");
  line.className = "warning";
  line.textContent = `Note: ${warning}`;
  return line;
};

/** @type {(row: Row, options: { overwrite: boolean }) => Promise<void>} */
const upload = async (row, { overwrite }) => {
  row.progress.value = 0;
  setState(row, "sending", "Uploading…");
  if (!overwrite && (await exists(row))) return askToReplace(row);
  const { status, problem, warnings } = await sendFile(row, {
    "Content-Type": mediaTypeOf(row),
    Accept: "application/json",
    ...(row.isGzip ? { "Content-Encoding": "gzip" } : {}),
    ...(overwrite ? {} : { "If-None-Match": "*" }),
  });
  if (status === 412 && !overwrite) return askToReplace(row);
  if (problem !== undefined) return setState(row, "failed", problem);
  const link = document.createElement("a");
  link.href = urlOf(row);
  link.textContent = `Open ${row.name.value}`;
  setState(row, "done", "Uploaded. ", link, ...warnings.map(createWarning));
};

const showSummary = () => {
  /** @type {(words: string, ...states: State[]) => string} */
  const count = (label, ...states) => {
    const n = [...rows].filter(({ state }) => states.includes(state)).length;
    return n === 0 ? "" : `${n} ${label}`;
  };
  const parts = [
    count("uploaded", "done"),
    count("waiting for your answer", "exists"),
    count("not uploaded", "failed", "waiting"),
  ];
  summary.textContent = parts.filter(Boolean).join(", ");
  submitButton.hidden = pendingRows().length === 0;
};

/** @type {(a: Row, b: Row) => boolean} */
const isSameDataset = (a, b) => a !== b && urlOf(a) === urlOf(b);

/**
 * A sidecar must not be stored before its dataset, or it would belong to the old one.
 * @param {Row} row
 */
const waitsForMain = (row) =>
  [...rows].some(
    (other) => isSameDataset(row, other) && other.kind.value === "main" && other.state !== "done",
  );

/** @type {State[]} */
const pendingStates = ["ready", "failed", "waiting"];
const pendingRows = () => [...rows].filter((row) => pendingStates.includes(row.state));

/**
 * Uploads files one after the other, in the order of their kinds: a dataset before its sidecars.
 * @param {Row[]} selected
 * @param {{ overwrite: boolean }} options
 */
const uploadAll = async (selected, options) => {
  if (submitButton.disabled) return;
  abortController = new AbortController();
  submitButton.disabled = true;
  stopButton.hidden = false;
  summary.textContent = "";
  const sorted = [...selected].sort((a, b) => a.kind.selectedIndex - b.kind.selectedIndex);
  for (const row of sorted) {
    if (abortController.signal.aborted) break;
    if (waitsForMain(row)) setState(row, "waiting", "Not sent yet: its dataset has to be there first.");
    else await upload(row, options);
  }
  stopButton.hidden = true;
  submitButton.disabled = false;
  showSummary();
  if (sorted.some((row) => row.state === "done")) await refreshResources();
};

/** @param {File} file */
const addRow = (file) => {
  const row = createRow(template, file);
  const changed = () => {
    row.url.textContent = location.origin + urlOf(row);
    setState(row, "ready");
    showSummary();
  };
  row.kind.addEventListener("change", changed);
  row.name.addEventListener("input", changed);
  row.replace.addEventListener("click", () =>
    uploadAll([row, ...pendingRows().filter((other) => isSameDataset(row, other))], { overwrite: true }),
  );
  row.discard.addEventListener("click", () => {
    rows.delete(row);
    row.element.remove();
    showSummary();
  });
  rows.add(row);
  fileList.append(row.element);
  changed();
};

/** @param {FileList | null | undefined} files */
const addFiles = (files) => {
  for (const file of files ?? []) addRow(file);
  section.open = true;
};

fileInput.addEventListener("change", () => {
  addFiles(fileInput.files);
  fileInput.value = "";
});
for (const event of /** @type {const} */ (["dragover", "dragleave", "drop"])) {
  dropZone.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    dropZone.classList.toggle("over", event === "dragover");
    if (event === "drop") addFiles(dragged.dataTransfer?.files);
  });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void uploadAll(pendingRows(), { overwrite: false });
});
stopButton.addEventListener("click", () => abortController.abort());
window.addEventListener("beforeunload", (event) => {
  if ([...rows].some((row) => row.state === "sending")) event.preventDefault();
});
form.hidden = false;
