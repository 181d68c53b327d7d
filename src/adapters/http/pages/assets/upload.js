import { problemOf, send } from "./answer.js";
import { addressOf, guessFile } from "./file-guess.js";
import { refreshResources } from "./resource-refresh.js";

const section = document.querySelector("#upload");
const form = section.querySelector("form");
const chooser = form.querySelector('input[type="file"]');
const zone = form.querySelector(".drop");
const list = form.querySelector(".files");
const submit = form.querySelector('[type="submit"]');
const stop = form.querySelector('[data-action="stop"]');
const summary = form.querySelector('[data-slot="summary"]');
const template = section.querySelector("template");

/** An upload that moves no byte, and gets no answer, for this long is given up. */
const patienceMs = 300_000;

const rows = new Set();
let running = new AbortController();

const sizeOf = (bytes) =>
  new Intl.NumberFormat("en", { style: "unit", unit: "megabyte", maximumFractionDigits: 1 }).format(
    Math.max(bytes / 1e6, 0.1),
  );

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

/** PUT by XMLHttpRequest, since fetch tells nothing of an upload's progress. */
const put = (row, headers) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();
    let timer = setTimeout(giveUp, patienceMs);
    const finish = (status, problem) => {
      clearTimeout(timer);
      running.signal.removeEventListener("abort", giveUp);
      resolve({ status, problem });
    };
    request.open("PUT", addressOfRow(row));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, patienceMs);
      row.progress.value = total === 0 ? 0 : loaded / total;
      slotOf(row, "outcome").textContent =
        loaded < total
          ? `Uploading: ${sizeOf(loaded)} of ${sizeOf(total)}`
          : "Uploaded; the server is checking it…";
    };
    request.onload = () => {
      const good = request.status >= 200 && request.status < 300;
      finish(request.status, good ? undefined : problemOf(request.status, request.responseText));
    };
    request.onerror = () => finish(0, problemOf(0, ""));
    request.onabort = () => finish(0, "Stopped. Nothing was changed at this address.");
    running.signal.addEventListener("abort", giveUp);
    request.send(row.file);
  });

/** Asked first, so that a large file is not sent only to hear that there is one already. */
const exists = async (row) => {
  const { status } = await send(addressOfRow(row), { method: "HEAD", headers: { Accept: mediaTypeOf(row) } });
  return status === 200;
};

const askToReplace = (row) =>
  say(row, "exists", "There is already a file of this kind at this address. Replace it for everybody?");

const upload = async (row, { replacing }) => {
  row.progress.value = 0;
  say(row, "sending", "Uploading…");
  if (!replacing && (await exists(row))) return askToReplace(row);
  const { status, problem } = await put(row, {
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
  say(row, "done", "Uploaded. ", link);
};

const summarise = () => {
  const count = (state) => [...rows].filter((row) => row.state === state).length;
  const parts = [
    [count("done"), "uploaded"],
    [count("exists"), "waiting for your answer"],
    [count("failed"), "not uploaded"],
  ];
  summary.textContent = parts
    .filter(([n]) => n > 0)
    .map(([n, words]) => `${n} ${words}`)
    .join(", ");
  submit.hidden = ![...rows].some((row) => ["ready", "failed"].includes(row.state));
};

/** One after the other, in the order of the kinds: main before its sidecars. */
const uploadAll = async (chosen, options) => {
  running = new AbortController();
  submit.disabled = true;
  stop.hidden = false;
  summary.textContent = "";
  const ordered = [...chosen].sort((a, b) => a.kind.selectedIndex - b.kind.selectedIndex);
  for (const row of ordered) if (!running.signal.aborted) await upload(row, options);
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
  row.replace.addEventListener("click", () => uploadAll([row], { replacing: true }));
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
  void uploadAll(
    [...rows].filter((row) => ["ready", "failed"].includes(row.state)),
    { replacing: false },
  );
});
stop.addEventListener("click", () => running.abort());
window.addEventListener("beforeunload", (event) => {
  if ([...rows].some((row) => row.state === "sending")) event.preventDefault();
});
form.hidden = false;
