import { find } from "../../assets/page-elements.js";

/** @param {string} selector */
export const querySection = (selector) => {
  const section = find(document, selector, HTMLElement);
  return {
    section,
    url: section.dataset.address ?? "",
    form: find(section, "form", HTMLFormElement),
    submit: find(section, '[type="submit"]', HTMLButtonElement),
    /** @param {string} name */
    slot: (name) => find(section, `[data-slot="${name}"]`, HTMLElement),
    /** @param {string} action */
    button: (action) => find(section, `[data-action="${action}"]`, HTMLButtonElement),
  };
};

/** @type {(parts: ReturnType<typeof querySection>, message: string, state?: "good" | "bad" | "") => void} */
export const showOutcome = ({ slot }, message, state = "") => {
  slot("outcome").className = `outcome ${state}`;
  slot("outcome").textContent = message;
};

/**
 * Disables a button and changes its label while some work is running.
 * @template T
 * @param {HTMLButtonElement} button
 * @param {string} message
 * @param {() => Promise<T>} work
 */
export const withBusyButton = async (button, message, work) => {
  const label = [...button.childNodes];
  button.disabled = true;
  button.replaceChildren(message);
  const result = await work();
  button.replaceChildren(...label);
  button.disabled = false;
  return result;
};
