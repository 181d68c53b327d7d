import { send } from "../assets/api-request.js";
import { find } from "../assets/page-elements.js";
import { refreshResources, showScriptedParts } from "./resource-refresh.js";

const dialog = find(document, "#removal", HTMLDialogElement);
/** @param {string} name */
const slot = (name) => find(dialog, `[data-slot="${name}"]`, HTMLElement);
/** @param {string} action */
const button = (action) => find(dialog, `[data-action="${action}"]`, HTMLButtonElement);

let address = "";

/** @param {HTMLElement} pressed */
const ask = ({ dataset }) => {
  address = dataset.delete ?? "";
  slot("kind").textContent = dataset.kind ?? "";
  slot("name").textContent = dataset.name ?? "";
  slot("sidecars").hidden = dataset.kind !== "dataset";
  slot("problem").textContent = "";
  dialog.showModal();
};

const remove = async () => {
  button("delete").disabled = true;
  button("delete").textContent = "Deleting…";
  const { problem } = await send(address, { method: "DELETE" });
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
  const pressed = target instanceof Element && target.closest("[data-delete]");
  if (pressed instanceof HTMLElement) ask(pressed);
});
button("keep").addEventListener("click", () => dialog.close());
button("delete").addEventListener("click", remove);
showScriptedParts();
