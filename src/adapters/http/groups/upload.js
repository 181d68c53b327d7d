import { send } from "../assets/answer.js";
import { addressOf, guessFile } from "./file-guess.js";
import { refreshResources } from "./resource-refresh.js";
import { put } from "./upload-request.js";

const section = document.querySelector("#upload");
const form = section.querySelector("form");
const chooser = form.querySelector('input[type="file"]');
const zone = form.querySelector(".drop");
const list = form.querySelector(".files");
const submit = form.querySelector('[type="submit"]');
const stop = form.querySelector('[data-action="stop"]');
const summary = form.querySelector('[data-slot="summary"]');
const template = section.querySelector("template");

const rows = new Set();
let running = new AbortController();

const sizeOf = (bytes) => {
  if (bytes < 100) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat("en", { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
};

const slotOf = (row, name) => row.element.querySelector(`[data-slot="${name}"]`);
const addressOfRow = (row) => addressOf(section.dataset.group, row.kind.value, row.name.value);
const mediaTypeOf = (row) => row.kind.selectedOptions[0].dataset.mediaType;

const say = (row, state, ...words) => {
  row.state = state;
  const outcome = slotOf(row, "outcome");
  outcome.className = `outcome ${{ done: "good", failed: "bad" }[state] ?? ""}`;
  outcome.replaceChildren(...words);
  row.progress.hidden = state !== "sending";
  row.replace.hidden = state !== "exists";
  for (const field of [row.kind, row.name, row.leave])
    field.disabled = state === "sending" || state === "done";
};

/** Sends a row's file and tells its progress in the row. */
const sendFile = (row, headers) =>
  put(addressOfRow(row), row.file, headers, running.signal, (sent, total) => {
    row.progress.value = total === 0 ? 0 : sent / total;
    slotOf(row, "outcome").textContent =
      sent < total
        ? `Uploading: ${sizeOf(sent)} of ${sizeOf(total)}`
        : "Uploaded; the server is checking it…";
  });

/** From this size on it is asked first whether there is such a file, in bytes; smaller ones are simply sent. */
const largeFile = 2e6;

const exists = async (row) => {
  if (row.file.size < largeFile) return false;
  const { status } = await send(addressOfRow(row), { method: "HEAD", headers: { Accept: mediaTypeOf(row) } });
  return status === 200;
};

const askToReplace = (row) =>
  say(row, "exists", "There is already such a file at this address. Replace it for everybody?");

const warningLine = (warning) => {
  const line = document.createElement("span");
  line.className = "warning";
  line.textContent = `Note: ${warning}`;
  return line;
};

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
  const count = (state) => [...rows].filter((row) => row.state === state).length;
  const parts = [
    [count("done"), "uploaded"],
    [count("exists"), "waiting for your answer"],
    [count("failed") + count("waiting"), "not uploaded"],
  ];
  summary.textContent = parts
    .filter(([n]) => n > 0)
    .map(([n, words]) => `${n} ${words}`)
    .join(", ");
  submit.hidden = openRows().length === 0;
};

const isSameDataset = (a, b) => a !== b && addressOfRow(a) === addressOfRow(b);

/** A sidecar that came along with its dataset must not end up beside the old one. */
const waitsForMain = (row) =>
  [...rows].some(
    (other) => isSameDataset(row, other) && other.kind.value === "main" && other.state !== "done",
  );

const openStates = ["ready", "failed", "waiting"];
const openRows = () => [...rows].filter((row) => openStates.includes(row.state));

/** One after the other, in the order of the kinds: main before its sidecars. */
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

const addRow = (file) => {
  const element = template.content.cloneNode(true).firstElementChild;
  const find = (selector) => element.querySelector(selector);
  const guess = guessFile(file.name);
  const row = {
    element,
    file,
    isGzip: guess.isGzip,
    kind: find("select"),
    name: find("input"),
    progress: find("progress"),
    replace: find('[data-action="replace"]'),
    leave: find('[data-action="drop"]'),
  };
  const changed = () => {
    slotOf(row, "address").textContent = location.origin + addressOfRow(row);
    say(row, "ready");
    summarise();
  };
  slotOf(row, "name").textContent = file.name;
  slotOf(row, "size").textContent = sizeOf(file.size);
  row.kind.value = guess.kind;
  row.name.value = guess.name;
  row.kind.addEventListener("change", changed);
  row.name.addEventListener("input", changed);
  row.replace.addEventListener("click", () =>
    uploadAll([row, ...openRows().filter((other) => isSameDataset(row, other))], { replacing: true }),
  );
  row.leave.addEventListener("click", () => {
    rows.delete(row);
    element.remove();
    summarise();
  });
  rows.add(row);
  list.append(element);
  changed();
};

const addFiles = (files) => {
  for (const file of files) addRow(file);
};

chooser.addEventListener("change", () => {
  addFiles(chooser.files);
  chooser.value = "";
});
for (const [event, isOver] of [
  ["dragover", true],
  ["dragleave", false],
  ["drop", false],
]) {
  zone.addEventListener(event, (dragged) => {
    dragged.preventDefault();
    zone.classList.toggle("over", isOver);
    if (event === "drop") addFiles(dragged.dataTransfer.files);
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
