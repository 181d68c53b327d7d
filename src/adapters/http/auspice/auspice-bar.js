// A classic script, since modules run after Auspice's scripts; the block keeps its names out of their scope.
{
  /**
   * A copy of `find` in `page-elements.js`, which a classic script cannot import.
   * @template {HTMLElement} T
   * @param {ParentNode} root
   * @param {string} selector
   * @param {new () => T} type
   */
  const find = (root, selector, type) => {
    const element = root.querySelector(selector);
    if (element instanceof type) return element;
    throw new Error(`This page has no ${type.name} ${selector}`);
  };

  const bar = find(document, "#groups-bar", HTMLElement);
  const login = find(bar, '[data-slot="login"]', HTMLAnchorElement);
  const group = find(bar, '[data-slot="group"]', HTMLAnchorElement);
  const shownUsername = find(bar, '[data-slot="username"]', HTMLElement);
  const notice = find(bar, '[data-slot="notice"]', HTMLElement);

  // Auspice sizes its panels by the height of the window, from which the height of the bar is subtracted here.
  Object.defineProperty(window, "innerHeight", {
    configurable: true,
    get: () => document.documentElement.clientHeight - bar.offsetHeight,
  });

  /** Updates the bar's links, since Auspice changes the URL without loading a page. */
  const updateLinks = () => {
    const { pathname, search } = location;
    // The server drops the query of a longer return target too, and rejects requests that are longer still.
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

  const sections = [...bar.querySelectorAll("div")].filter(({ dataset }) => dataset.when !== undefined);

  /** @param {string | undefined} username */
  const showUser = (username) => {
    const previousState = sections.find(({ hidden }) => !hidden)?.dataset.when;
    const state = username === undefined ? "anonymous" : "user";
    for (const section of sections) section.hidden = section.dataset.when !== state;
    shownUsername.textContent = username ?? "";
    if (previousState !== state)
      notice.textContent = previousState === "user" ? "You have been logged out." : "";
  };

  const timeoutMs = 10_000;
  let isChecking = false;

  /** Asks the server who is logged in, since a login may have begun or ended in another tab, or have expired. */
  const checkLogin = async () => {
    if (isChecking) return;
    isChecking = true;
    try {
      const response = await fetch("/whoami", {
        headers: { Accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(timeoutMs),
      });
      // During an outage the bar stays as it is.
      if (response.ok) showUser((await response.json()).user?.username);
    } catch {
      // No response says nothing about the login.
    } finally {
      isChecking = false;
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
   * Whether a data request was rejected, which Auspice shows as missing data. Browsers without `responseStatus` count as
   * rejected, which costs one request.
   * @param {PerformanceEntry} entry
   */
  const isRejected = (entry) =>
    entry.name.startsWith(`${location.origin}/charon/`) && [401, 403].includes(statusOf(entry) ?? 401);
  new PerformanceObserver((list) => {
    if (list.getEntries().some(isRejected)) void checkLogin();
  }).observe({ type: "resource" });

  // Browsers without the Navigation API get current links just before they are used.
  window.navigation?.addEventListener("currententrychange", updateLinks);
  window.addEventListener("popstate", updateLinks);
  for (const event of ["pointerover", "focusin"]) bar.addEventListener(event, updateLinks);

  /** Names the datasets that could not be loaded, which Auspice does not for those of a narrative. */
  const failedDatasets = () => {
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
   * The link that contains the event's target, if it matches a selector.
   * @param {Event} event
   * @param {string} selector
   */
  const linkAt = ({ target }, selector) => {
    const link = target instanceof Element ? target.closest(selector) : undefined;
    return link instanceof HTMLAnchorElement ? link : undefined;
  };

  const contactLink = '#root a[href="https://nextstrain.org/contact"]';

  /**
   * Replaces the contact link of Auspice's error page, which leads to nextstrain.org instead of this server.
   * @param {Event} event
   */
  const replaceContactLink = (event) => {
    const link = linkAt(event, contactLink);
    if (!link) return;
    const [, name] = /^\/groups\/([A-Za-z0-9-]+)\//.exec(location.pathname) ?? [];
    link.href = name === undefined ? "/groups" : `/groups/${name}`;
    link.textContent = name === undefined ? "See all groups" : `See what the group ${name} has`;
    const text = link.previousSibling;
    if (text) {
      text.textContent = `${failedDatasets()}It may have been moved or deleted, not be open to you, or hold a mistake. If you did not expect that, tell whoever gave you the link. `;
    }
  };
  // The style sheet animates that link, which reports its insertion without a MutationObserver of the whole page.
  for (const event of ["animationstart", "pointerover", "focusin"]) {
    document.addEventListener(event, replaceContactLink);
  }

  /**
   * Makes the links of Auspice's error page absolute: they lack their leading slash, and would be resolved against the page.
   * @param {Event} event
   */
  const fixRelativeLink = (event) => {
    const link = linkAt(event, '#root a[href^="groups/"]');
    const path = link?.getAttribute("href")?.split("/").map(encodeURIComponent).join("/");
    if (link) link.href = `/${path}`;
  };
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, fixRelativeLink);
}
