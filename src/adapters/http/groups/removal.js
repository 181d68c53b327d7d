import { send } from "../assets/api-request.js";
import { find } from "../assets/page-elements.js";
import { refreshResources, showScriptedControls } from "./resource-refresh.js";

const dialog = find(document, "#removal", HTMLDialogElement);
/** @param {string} name */
const slot = (name) => find(dialog, `[data-slot="${name}"]`, HTMLElement);
/** @param {string} action */
const button = (action) => find(dialog, `[data-action="${action}"]`, HTMLButtonElement);

let url = "";

/** @param {HTMLElement} pressed */
const openDialog = ({ dataset }) => {
  url = dataset.delete ?? "";
  slot("kind").textContent = dataset.kind ?? "";
  slot("name").textContent = dataset.name ?? "";
  slot("sidecars").hidden = dataset.kind !== "dataset";
  slot("problem").textContent = "";
  dialog.showModal();
};

const deleteResource = async () => {
  button("delete").disabled = true;
  button("delete").textContent = "Deleting…";
  const { problem } = await send(url, { method: "DELETE" });
  button("delete").disabled = false;
  button("delete").textContent = "Delete";
  slot("problem").textContent = problem ?? "";
  if (problem !== undefined) {
    // A button loses the focus when it is disabled.
    button("delete").focus();
    return;
  }
  dialog.close();
  await refreshResources();
};

// Delegated to the document, since the lists are replaced after each change.
document.addEventListener("click", ({ target }) => {
  const deleteButton = target instanceof Element && target.closest("[data-delete]");
  if (deleteButton instanceof HTMLElement) openDialog(deleteButton);
});
button("keep").addEventListener("click", () => dialog.close());
button("delete").addEventListener("click", deleteResource);
showScriptedControls();
