// No module: it has to be there before Auspice's scripts, and leaves them no names of its own.
{
  const bar = document.querySelector("#groups-bar");
  const slot = (name) => bar.querySelector(`[data-slot="${name}"]`);

  // Auspice makes its panels as high as the window, of which the bar takes a part.
  Object.defineProperty(window, "innerHeight", {
    configurable: true,
    get: () => document.documentElement.clientHeight - bar.offsetHeight,
  });

  /** Auspice changes its address without loading another page. */
  const followAddress = () => {
    const { pathname, search } = location;
    // The server drops the query of a longer address as well, and takes no request that is longer still.
    const returnTo = pathname.length + search.length > 1300 ? pathname : pathname + search;
    slot("login").href = `/login?return_to=${encodeURIComponent(returnTo)}`;
    const [, name] = /^\/groups\/([A-Za-z0-9-]+)\//.exec(pathname) ?? [];
    const link = slot("group");
    link.hidden = name === undefined;
    if (name === undefined || link.textContent === name) return;
    link.href = `/groups/${name}`;
    link.title = `Back to the group ${name}`;
    link.ariaLabel = link.title;
    link.textContent = name;
  };

  const states = [...bar.querySelectorAll("[data-when]")];

  const show = (username) => {
    const before = states.find(({ hidden }) => !hidden).dataset.when;
    const now = username === undefined ? "anonymous" : "user";
    for (const state of states) state.hidden = state.dataset.when !== now;
    slot("username").textContent = username ?? "";
    if (before !== now) slot("notice").textContent = before === "user" ? "You have been logged out." : "";
  };

  const patienceMs = 10_000;
  let asking = false;

  /** The login may have ended, or begun, in another tab, or by its time. */
  const checkLogin = async () => {
    if (asking) return;
    asking = true;
    try {
      const response = await fetch("/whoami", {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(patienceMs),
      });
      // Otherwise it cannot be known right now, and what the bar says stays.
      if (response.ok) show((await response.json()).user?.username);
    } catch {
      // The same: no answer tells nothing of the login.
    } finally {
      asking = false;
    }
  };

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void checkLogin();
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) void checkLogin();
  });

  /** Auspice tells its user only that data is missing; browsers that say no status are taken to mean a refusal. */
  const isRefusal = ({ name, responseStatus = 401 }) =>
    name.startsWith(`${location.origin}/charon/`) && [401, 403].includes(responseStatus);
  new PerformanceObserver((list) => {
    if (list.getEntries().some(isRefusal)) void checkLogin();
  }).observe({ type: "resource" });

  // Not all browsers tell of a new address; where they do not, it is read before a link is used.
  window.navigation?.addEventListener("currententrychange", followAddress);
  window.addEventListener("popstate", followAddress);
  for (const event of ["pointerover", "focusin"]) bar.addEventListener(event, followAddress);

  /** Which datasets could not be loaded; Auspice does not say which of a narrative's. */
  const unloaded = () => {
    const failed = performance
      .getEntriesByType("resource")
      .filter(({ responseStatus }) => responseStatus >= 400)
      .map(({ name }) => new URL(name))
      .filter(({ origin, pathname }) => origin === location.origin && pathname === "/charon/getDataset")
      .map(({ searchParams }) => !searchParams.has("type") && searchParams.get("prefix"));
    const names = [...new Set(failed)].filter(Boolean).slice(0, 10);
    return names.length === 0 ? "" : `Could not be loaded: ${names.join(", ")}. `;
  };

  const contact = '#root a[href="https://nextstrain.org/contact"]';

  /** Auspice's error page sends people to those who run nextstrain.org, and they know nothing of this server. */
  const mendContact = ({ target }) => {
    const link = target.closest?.(contact);
    if (!link) return;
    const [, name] = /^\/groups\/([A-Za-z0-9-]+)\//.exec(location.pathname) ?? [];
    link.href = name === undefined ? "/groups" : `/groups/${name}`;
    link.textContent = name === undefined ? "See all groups" : `See what the group ${name} has`;
    const words = link.previousSibling;
    if (words) {
      words.textContent = `${unloaded()}It may have been moved or deleted, not be open to you, or hold a mistake. If you did not expect that, tell whoever gave you the link. `;
    }
  };
  // The style sheet animates that link, so that its coming is told without a look at each change of the page.
  for (const event of ["animationstart", "pointerover", "focusin"]) {
    document.addEventListener(event, mendContact);
  }

  /** The links of Auspice's error page lack the slash that they begin with, and lead nowhere from below a group. */
  const mend = ({ target }) => {
    const link = target.closest?.('#root a[href^="groups/"]');
    if (link) link.href = `/${link.getAttribute("href").split("/").map(encodeURIComponent).join("/")}`;
  };
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, mend);
}
