import { send } from "./answer.js";

/** Buttons that need a script are hidden until there is one. */
export const showScriptedParts = () => {
  for (const button of document.querySelectorAll("[data-delete]")) button.hidden = false;
};

/** Fetches the lists of this page anew, and leaves the rest of it alone. */
export const refreshResources = async () => {
  const { text } = await send(location.href, { headers: { Accept: "text/html" } });
  // The page of a missing resource is a 404 that holds the lists all the same.
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#resources");
  const lists = document.querySelector("#resources");
  if (fresh) lists.replaceWith(document.adoptNode(fresh));
  else lists.prepend("These lists may be out of date, since they could not be read again. Reload this page.");
  showScriptedParts();
};
