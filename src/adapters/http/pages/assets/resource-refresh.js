import { send } from "./answer.js";

/** Buttons that need a script are hidden until there is one. */
export const showScriptedParts = () => {
  for (const button of document.querySelectorAll("[data-delete]")) button.hidden = false;
};

/** Fetches the lists of this page anew, and leaves the rest of it alone. */
export const refreshResources = async () => {
  const { text, problem } = await send(location.href, { headers: { Accept: "text/html" } });
  // The page of a missing resource is a 404 that holds the lists all the same.
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("#resources");
  if (!fresh) throw new Error(problem ?? "The page came without its lists.");
  document.querySelector("#resources").replaceWith(document.adoptNode(fresh));
  showScriptedParts();
};
