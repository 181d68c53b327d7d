// A classic script, as the bar's. It replaces images that the Content-Security-Policy blocks, which would look broken.
{
  const { images = "", noImage } = /** @type {HTMLElement} */ (document.querySelector("#groups-bar")).dataset;
  const allowed = new RegExp(images);

  /**
   * The host of an image that the policy blocks; undefined for an allowed one.
   * @param {string} src
   */
  const blockedHost = (src) => {
    if (!URL.canParse(src, location.href)) return undefined;
    const { href, origin, protocol, host } = new URL(src, location.href);
    const isForeign = /^https?:$/.test(protocol) && origin !== location.origin;
    return isForeign && !allowed.test(href) ? host : undefined;
  };

  /** @type {(host: string, alt?: string) => string} */
  const blockedText = (host, alt) =>
    `An image from ${host}${alt ? ` (${alt})` : ""} is not shown: ${noImage}`;

  /** @type {(image: HTMLImageElement, text: string) => void} */
  const replaceWithText = (image, text) => {
    const element = document.createElement("em");
    element.textContent = text;
    image.replaceWith(element);
  };

  // Narratives and descriptions, which Auspice inserts as HTML. Images in a template element are not fetched.
  const innerHTML = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  /**
   * Parses HTML and replaces its blocked images. Undefined: it has none.
   * @param {string} html
   */
  const withoutBlockedImages = (html) => {
    const { content } = Object.assign(document.createElement("template"), { innerHTML: html });
    let hasBlockedImage = false;
    for (const image of content.querySelectorAll("img")) {
      const host = blockedHost(image.getAttribute("src") ?? "");
      if (host === undefined) continue;
      replaceWithText(image, blockedText(host, image.alt));
      hasBlockedImage = true;
    }
    // Scripts that are set by innerHTML do not run either.
    for (const script of content.querySelectorAll("script")) script.remove();
    return hasBlockedImage ? content : undefined;
  };
  Object.defineProperty(Element.prototype, "innerHTML", {
    ...innerHTML,
    /** @type {(this: Element, html: string) => void} */
    set(html) {
      const isTemplate = this instanceof HTMLTemplateElement;
      const replaced = !isTemplate && /<img\b/i.test(html) ? withoutBlockedImages(html) : undefined;
      if (replaced) this.replaceChildren(replaced);
      else innerHTML?.set?.call(this, html);
    },
  });

  // The picture beside a dataset's title is an element of React's, which has to stay in the document.
  const placeholder =
    "data:image/svg+xml," +
    encodeURIComponent(
      '<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28" fill="none" stroke="#888" stroke-width="2"><rect x="4" y="6" width="20" height="16" rx="2"/><path d="m4 24 20-20"/></svg>',
    );
  const reactImages = new WeakSet();
  const { setAttribute } = Element.prototype;
  /** @type {(image: HTMLImageElement, text: string) => void} */
  const showPlaceholder = (image, text) => {
    image.title = text;
    setAttribute.call(image, "src", placeholder);
  };
  HTMLImageElement.prototype.setAttribute = function (name, value) {
    // DOMPurify sanitizes in a document of its own, which is not shown.
    if (name !== "src" || this.ownerDocument !== document) return setAttribute.call(this, name, value);
    reactImages.add(this);
    const host = blockedHost(value);
    if (host === undefined) setAttribute.call(this, name, value);
    else showPlaceholder(this, blockedText(host));
  };

  // An allowed image may fail too, because its host is down or redirects to a blocked one.
  /** @param {Event} event */
  const replaceFailed = ({ target: image }) => {
    if (!(image instanceof HTMLImageElement) || !/^https?:/.test(image.src)) return;
    const text = `An image from ${new URL(image.src).host}${image.alt ? ` (${image.alt})` : ""} could not be loaded.`;
    if (reactImages.has(image)) showPlaceholder(image, text);
    else replaceWithText(image, text);
  };
  document.addEventListener("error", replaceFailed, { capture: true });
}
