import { find } from "../../assets/page-elements.js";
import { parseFileName } from "./file-name.js";

/** @typedef {"ready" | "sending" | "exists" | "waiting" | "failed" | "done"} State */
/** @typedef {ReturnType<typeof createRow>} Row */

/** @param {number} bytes */
export const formatSize = (bytes) => {
  if (bytes < 100) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
  const value = bytes / (bytes < 1e6 ? 1e3 : 1e6);
  return new Intl.NumberFormat("en", { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
};

/**
 * Creates the row of a selected file, whose fields are derived from the file's name.
 * @param {HTMLTemplateElement} template
 * @param {File} file
 */
export const createRow = (template, file) => {
  const content = document.importNode(template.content, true);
  const element = find(content, ".file", HTMLElement);
  /** @param {string} name */
  const slot = (name) => find(element, `[data-slot="${name}"]`, HTMLElement);
  const parsedName = parseFileName(file.name);
  const kind = find(element, "select", HTMLSelectElement);
  const name = find(element, "input", HTMLInputElement);
  slot("name").textContent = file.name;
  slot("size").textContent = formatSize(file.size);
  kind.value = parsedName.kind;
  name.value = parsedName.name;
  return {
    element,
    file,
    isGzip: parsedName.isGzip,
    kind,
    name,
    state: /** @type {State} */ ("ready"),
    url: slot("address"),
    outcome: slot("outcome"),
    progress: find(element, "progress", HTMLProgressElement),
    replace: find(element, '[data-action="replace"]', HTMLButtonElement),
    discard: find(element, '[data-action="drop"]', HTMLButtonElement),
  };
};

/**
 * Sets a row's state, and shows a message about it.
 * @param {Row} row
 * @param {State} state
 * @param {(string | Node)[]} message
 */
export const setState = (row, state, ...message) => {
  row.state = state;
  row.outcome.className = `outcome ${state === "done" ? "good" : state === "failed" ? "bad" : ""}`;
  row.outcome.replaceChildren(...message);
  row.progress.hidden = state !== "sending";
  row.replace.hidden = state !== "exists";
  for (const field of [row.kind, row.name, row.discard])
    field.disabled = state === "sending" || state === "done";
};
