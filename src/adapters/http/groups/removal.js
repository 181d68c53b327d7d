import { send } from "../assets/answer.js";
import { refreshResources, showScriptedParts } from "./resource-refresh.js";

const dialog = document.querySelector("#removal");
const slot = (name) => dialog.querySelector(`[data-slot="${name}"]`);
const button = (action) => dialog.querySelector(`[data-action="${action}"]`);

let address = "";

const ask = ({ dataset }) => {
  address = dataset.delete;
  slot("kind").textContent = dataset.kind;
  slot("name").textContent = dataset.name;
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
    // A button that was disabled has lost the focus.
    button("delete").focus();
    return;
  }
  dialog.close();
  await refreshResources();
};

// The lists are replaced after each change, so the listener sits above them.
document.addEventListener("click", ({ target }) => {
  const pressed = target.closest("[data-delete]");
  if (pressed) ask(pressed);
});
button("keep").addEventListener("click", () => dialog.close());
button("delete").addEventListener("click", remove);
showScriptedParts();
