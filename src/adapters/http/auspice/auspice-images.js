// No module, as the bar's. Images that the page's policy blocks are said in words; Auspice would show broken ones.
{
  const { images = "", noImage } = /** @type {HTMLElement} */ (document.querySelector("#groups-bar")).dataset;
  const allowed = new RegExp(images);

  /**
   * The host that an image is not shown from.
   * @param {string} src
   */
  const blockedHost = (src) => {
    if (!URL.canParse(src, location.href)) return undefined;
    const { href, origin, protocol, host } = new URL(src, location.href);
    const isElsewhere = /^https?:$/.test(protocol) && origin !== location.origin;
    return isElsewhere && !allowed.test(href) ? host : undefined;
  };

  /** @type {(host: string, alt?: string) => string} */
  const notShown = (host, alt) => `An image from ${host}${alt ? ` (${alt})` : ""} is not shown: ${noImage}`;

  /** @type {(image: HTMLImageElement, words: string) => void} */
  const sayInstead = (image, words) => {
    const sentence = document.createElement("em");
    sentence.textContent = words;
    image.replaceWith(sentence);
  };

  // Narratives and descriptions. What stands in a template is not fetched yet.
  const innerHTML = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  /** @param {string} html */
  const withoutBlocked = (html) => {
    const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
    let isMended = false;
    for (const image of content.querySelectorAll("img")) {
      const host = blockedHost(image.getAttribute("src") ?? "");
      if (host === undefined) continue;
      sayInstead(image, notShown(host, image.alt));
      isMended = true;
    }
    // As with innerHTML, no script comes to life.
    for (const script of content.querySelectorAll("script")) script.remove();
    return isMended ? content : undefined;
  };
  Object.defineProperty(Element.prototype, "innerHTML", {
    ...innerHTML,
    /** @type {(this: Element, html: string) => void} */
    set(html) {
      const isTemplate = this instanceof HTMLTemplateElement;
      const mended = !isTemplate && /<img\b/i.test(html) ? withoutBlocked(html) : undefined;
      if (mended) this.replaceChildren(mended);
      else innerHTML?.set?.call(this, html);
    },
  });

  // The picture beside a dataset's title, which React made and will take away again.
  const standIn =
    "data:image/svg+xml," +
    encodeURIComponent(
      '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28" fill="none" stroke="#888" stroke-width="2"><rect x="4" y="6" width="20" height="16" rx="2"/><path d="m4 24 20-20"/></svg>',
    );
  const madeByReact = new WeakSet();
  const { setAttribute } = Element.prototype;
  /** @type {(image: HTMLImageElement, words: string) => void} */
  const standInFor = (image, words) => {
    image.title = words;
    setAttribute.call(image, "src", standIn);
  };
  HTMLImageElement.prototype.setAttribute = function (name, value) {
    // DOMPurify works in a document of its own, which is not shown.
    if (name !== "src" || this.ownerDocument !== document) return setAttribute.call(this, name, value);
    madeByReact.add(this);
    const host = blockedHost(value);
    if (host === undefined) setAttribute.call(this, name, value);
    else standInFor(this, notShown(host));
  };

  // What was allowed and did not come: its host is away, or led on to one that is not allowed.
  /** @param {Event} event */
  const sayFailed = ({ target: image }) => {
    if (!(image instanceof HTMLImageElement) || !/^https?:/.test(image.src)) return;
    const words = `An image from ${new URL(image.src).host}${image.alt ? ` (${image.alt})` : ""} could not be loaded.`;
    if (madeByReact.has(image)) standInFor(image, words);
    else sayInstead(image, words);
  };
  document.addEventListener("error", sayFailed, { capture: true });
}
