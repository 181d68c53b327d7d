import { find } from "../../assets/page-elements.js";
import { guessFile } from "./file-guess.js";

/** @typedef {"ready" | "sending" | "exists" | "waiting" | "failed" | "done"} State */
/** @typedef {ReturnType<typeof makeRow>} Row */

/** @param {number} bytes */
export const sizeOf = (bytes) => {
  if (bytes < 100) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  const unit = bytes < 1e6 ? "kilobyte" : "megabyte";
  const amount = bytes / (bytes < 1e6 ? 1e3 : 1e6);
  return new Intl.NumberFormat("en", { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
};

/**
 * Creates the row of a selected file, whose fields are derived from the file's name.
 * @param {HTMLTemplateElement} template
 * @param {File} file
 */
export const makeRow = (template, file) => {
  const content = document.importNode(template.content, true);
  const element = find(content, ".file", HTMLElement);
  /** @param {string} name */
  const slot = (name) => find(element, `[data-slot="${name}"]`, HTMLElement);
  const guess = guessFile(file.name);
  const kind = find(element, "select", HTMLSelectElement);
  const name = find(element, "input", HTMLInputElement);
  slot("name").textContent = file.name;
  slot("size").textContent = sizeOf(file.size);
  kind.value = guess.kind;
  name.value = guess.name;
  return {
    element,
    file,
    isGzip: guess.isGzip,
    kind,
    name,
    state: /** @type {State} */ ("ready"),
    address: slot("address"),
    outcome: slot("outcome"),
    progress: find(element, "progress", HTMLProgressElement),
    replace: find(element, '[data-action="replace"]', HTMLButtonElement),
    leave: find(element, '[data-action="drop"]', HTMLButtonElement),
  };
};

/**
 * Sets a row's state, and shows a message about it.
 * @param {Row} row
 * @param {State} state
 * @param {(string | Node)[]} words
 */
export const say = (row, state, ...words) => {
  row.state = state;
  row.outcome.className = `outcome ${state === "done" ? "good" : state === "failed" ? "bad" : ""}`;
  row.outcome.replaceChildren(...words);
  row.progress.hidden = state !== "sending";
  row.replace.hidden = state !== "exists";
  for (const field of [row.kind, row.name, row.leave])
    field.disabled = state === "sending" || state === "done";
};
