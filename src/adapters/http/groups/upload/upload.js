import { send } from "../../assets/api-request.js";
import { find } from "../../assets/page-elements.js";
import { refreshResources } from "../resource-refresh.js";
import { addressOf } from "./file-guess.js";
import { put } from "./upload-request.js";
import { makeRow, say, sizeOf } from "./upload-row.js";

/** @import { Row, State } from "./upload-row.js" */

const section = find(document, "#upload", HTMLElement);
const form = find(section, "form", HTMLFormElement);
const chooser = find(form, 'input[type="file"]', HTMLInputElement);
const zone = find(form, ".drop", HTMLElement);
const list = find(form, ".files", HTMLElement);
const submit = find(form, '[type="submit"]', HTMLButtonElement);
const stop = find(form, '[data-action="stop"]', HTMLButtonElement);
const summary = find(form, '[data-slot="summary"]', HTMLElement);
const template = find(section, "template", HTMLTemplateElement);

/** @type {Set<Row>} */
const rows = new Set();
let running = new AbortController();

/** @param {Row} row */
const addressOfRow = (row) => addressOf(section.dataset.group ?? "", row.kind.value, row.name.value);
/** @param {Row} row */
const mediaTypeOf = (row) => row.kind.selectedOptions[0]?.dataset.mediaType ?? "";

/**
 * Sends a row's file, and shows the progress in the row.
 * @param {Row} row
 * @param {Record<string, string>} headers
 */
const sendFile = (row, headers) =>
  put(addressOfRow(row), row.file, headers, running.signal, (sent, total) => {
    row.progress.value = total === 0 ? 0 : sent / total;
    row.outcome.textContent =
      sent < total
        ? `Uploading: ${sizeOf(sent)} of ${sizeOf(total)}`
        : "Uploaded; the server is checking it…";
  });

/** In bytes. Smaller files are sent without a preceding HEAD request, since If-None-Match suffices. */
const largeFile = 2e6;

/** @param {Row} row */
const exists = async (row) => {
  if (row.file.size < largeFile) return false;
  const { status } = await send(addressOfRow(row), { method: "HEAD", headers: { Accept: mediaTypeOf(row) } });
  return status === 200;
};

/** @param {Row} row */
const askToReplace = (row) =>
  say(row, "exists", "There is already such a file at this address. Replace it for everybody?");

/** @param {string} warning */
const warningLine = (warning) => {
  const line = document.createElement("span");
  line.className = "warning";
  line.textContent = `Note: ${warning}`;
  return line;
};

/** @type {(row: Row, options: { replacing: boolean }) => Promise<void>} */
const upload = async (row, { replacing }) => {
  row.progress.value = 0;
  say(row, "sending", "Uploading…");
  if (!replacing && (await exists(row))) return askToReplace(row);
  const { status, problem, warnings } = await sendFile(row, {
    "Content-Type": mediaTypeOf(row),
    Accept: "application/json",
    ...(row.isGzip ? { "Content-Encoding": "gzip" } : {}),
    ...(replacing ? {} : { "If-None-Match": "*" }),
  });
  if (status === 412 && !replacing) return askToReplace(row);
  if (problem !== undefined) return say(row, "failed", problem);
  const link = document.createElement("a");
  link.href = addressOfRow(row);
  link.textContent = `Open ${row.name.value}`;
  say(row, "done", "Uploaded. ", link, ...warnings.map(warningLine));
};

const summarise = () => {
  /** @type {(words: string, ...states: State[]) => string} */
  const count = (words, ...states) => {
    const n = [...rows].filter(({ state }) => states.includes(state)).length;
    return n === 0 ? "" : `${n} ${words}`;
  };
  const parts = [
    count("uploaded", "done"),
    count("waiting for your answer", "exists"),
    count("not uploaded", "failed", "waiting"),
  ];
  summary.textContent = parts.filter(Boolean).join(", ");
  submit.hidden = openRows().length === 0;
};

/** @type {(a: Row, b: Row) => boolean} */
const isSameDataset = (a, b) => a !== b && addressOfRow(a) === addressOfRow(b);

/**
 * A sidecar must not be stored before its dataset, or it would belong to the old one.
 * @param {Row} row
 */
const waitsForMain = (row) =>
  [...rows].some(
    (other) => isSameDataset(row, other) && other.kind.value === "main" && other.state !== "done",
  );

/** @type {State[]} */
const openStates = ["ready", "failed", "waiting"];
const openRows = () => [...rows].filter((row) => openStates.includes(row.state));

/**
 * Uploads files one after the other, in the order of their kinds: a dataset before its sidecars.
 * @param {Row[]} chosen
 * @param {{ replacing: boolean }} options
 */
const uploadAll = async (chosen, options) => {
  if (submit.disabled) return;
  running = new AbortController();
  submit.disabled = true;
  stop.hidden = false;
  summary.textContent = "";
  const ordered = [...chosen].sort((a, b) => a.kind.selectedIndex - b.kind.selectedIndex);
  for (const row of ordered) {
    if (running.signal.aborted) break;
    if (waitsForMain(row)) say(row, "waiting", "Not sent yet: its dataset has to be there first.");
    else await upload(row, options);
  }
  stop.hidden = true;
  submit.disabled = false;
  summarise();
  if (ordered.some((row) => row.state === "done")) await refreshResources();
};

/** @param {File} file */
const addRow = (file) => {
  const row = makeRow(template, file);
  const changed = () => {
    row.address.textContent = location.origin + addressOfRow(row);
    say(row, "ready");
    summarise();
  };
  row.kind.addEventListener("change", changed);
  row.name.addEventListener("input", changed);
  row.replace.addEventListener("click", () =>
    uploadAll([row, ...openRows().filter((other) => isSameDataset(row, other))], { replacing: true }),
  );
  row.leave.addEventListener("click", () => {
    rows.delete(row);
    row.element.remove();
    summarise();
  });
  rows.add(row);
  list.append(row.element);
  changed();
};

/** @param {FileList | null | undefined} files */
const addFiles = (files) => {
  for (const file of files ?? []) addRow(file);
};

chooser.addEventListener("change", () => {
  addFiles(chooser.files);
  chooser.value = "";
});
for (const event of /** @type {const} */ (["dragover", "dragleave", "drop"])) {
  zone.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    zone.classList.toggle("over", event === "dragover");
    if (event === "drop") addFiles(dragged.dataTransfer?.files);
  });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void uploadAll(openRows(), { replacing: false });
});
stop.addEventListener("click", () => running.abort());
window.addEventListener("beforeunload", (event) => {
  if ([...rows].some((row) => row.state === "sending")) event.preventDefault();
});
form.hidden = false;
