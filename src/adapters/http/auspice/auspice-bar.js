// No module: it has to be there before Auspice's scripts, and leaves them no names of its own.
{
  /**
   * As in `page-elements.js`, which a script that is no module cannot import.
   * @template {HTMLElement} T
   * @param {ParentNode} root
   * @param {string} selector
   * @param {new () => T} type
   */
  const find = (root, selector, type) => {
    const found = root.querySelector(selector);
    if (found instanceof type) return found;
    throw new Error(`This page has no ${type.name} ${selector}`);
  };

  const bar = find(document, "#groups-bar", HTMLElement);
  const login = find(bar, '[data-slot="login"]', HTMLAnchorElement);
  const group = find(bar, '[data-slot="group"]', HTMLAnchorElement);
  const shownUsername = find(bar, '[data-slot="username"]', HTMLElement);
  const notice = find(bar, '[data-slot="notice"]', HTMLElement);

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
    login.href = `/login?return_to=${encodeURIComponent(returnTo)}`;
    const [, name] = /^\/groups\/([A-Za-z0-9-]+)\//.exec(pathname) ?? [];
    group.hidden = name === undefined;
    if (name === undefined || group.textContent === name) return;
    group.href = `/groups/${name}`;
    group.title = `Back to the group ${name}`;
    group.ariaLabel = group.title;
    group.textContent = name;
  };

  const states = [...bar.querySelectorAll("div")].filter(({ dataset }) => dataset.when !== undefined);

  /** @param {string | undefined} username */
  const show = (username) => {
    const before = states.find(({ hidden }) => !hidden)?.dataset.when;
    const now = username === undefined ? "anonymous" : "user";
    for (const state of states) state.hidden = state.dataset.when !== now;
    shownUsername.textContent = username ?? "";
    if (before !== now) notice.textContent = before === "user" ? "You have been logged out." : "";
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

  /** @param {PerformanceEntry} entry */
  const statusOf = (entry) => (entry instanceof PerformanceResourceTiming ? entry.responseStatus : undefined);

  /**
   * Auspice tells its user only that data is missing; browsers that say no status are taken to mean a refusal.
   * @param {PerformanceEntry} entry
   */
  const isRefusal = (entry) =>
    entry.name.startsWith(`${location.origin}/charon/`) && [401, 403].includes(statusOf(entry) ?? 401);
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
      .filter((entry) => (statusOf(entry) ?? 0) >= 400)
      .map(({ name }) => new URL(name))
      .filter(({ origin, pathname }) => origin === location.origin && pathname === "/charon/getDataset")
      .map(({ searchParams }) => !searchParams.has("type") && searchParams.get("prefix"));
    const names = [...new Set(failed)].filter(Boolean).slice(0, 10);
    return names.length === 0 ? "" : `Could not be loaded: ${names.join(", ")}. `;
  };

  /**
   * The link that an event happened on or in, if a selector fits it.
   * @param {Event} event
   * @param {string} selector
   */
  const linkOf = ({ target }, selector) => {
    const link = target instanceof Element ? target.closest(selector) : undefined;
    return link instanceof HTMLAnchorElement ? link : undefined;
  };

  const contact = '#root a[href="https://nextstrain.org/contact"]';

  /**
   * Auspice's error page sends people to those who run nextstrain.org, and they know nothing of this server.
   * @param {Event} event
   */
  const mendContact = (event) => {
    const link = linkOf(event, contact);
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

  /**
   * The links of Auspice's error page lack the slash that they begin with, and lead nowhere from below a group.
   * @param {Event} event
   */
  const mend = (event) => {
    const link = linkOf(event, '#root a[href^="groups/"]');
    const path = link?.getAttribute("href")?.split("/").map(encodeURIComponent).join("/");
    if (link) link.href = `/${path}`;
  };
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, mend);
}
