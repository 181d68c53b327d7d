import { send } from "../../assets/api-request.js";
import { find } from "../../assets/page-elements.js";
import { querySection, showOutcome, withBusyButton } from "./settings-section.js";

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const logo = querySection("#logo");
const fileInput = find(logo.form, "input", HTMLInputElement);
const dialog = find(logo.section, "dialog", HTMLDialogElement);
const currentImage = find(logo.section, 'img[data-slot="current"]', HTMLImageElement);
const previewImage = find(logo.section, '[data-slot="preview"] img', HTMLImageElement);
/** @type {{ readonly file: File, readonly dataUrl: string } | undefined} */
let selectedLogo;

/** @param {string | undefined} dataUrl */
const showLogo = (dataUrl) => {
  currentImage.src = dataUrl ?? "";
  currentImage.hidden = dataUrl === undefined;
  logo.slot("none").hidden = dataUrl !== undefined;
  logo.button("delete").hidden = dataUrl === undefined;
};

/** @param {typeof selectedLogo} selection */
const selectLogo = (selection) => {
  selectedLogo = selection;
  logo.slot("preview").hidden = !selection;
  if (selection) previewImage.src = selection.dataUrl;
  logo.submit.disabled = !selection;
};

/** @param {File} file */
const isPng = async (file) => {
  const start = new Uint8Array(await file.slice(0, pngSignature.length).arrayBuffer());
  return pngSignature.every((byte, i) => start[i] === byte);
};

/**
 * A data: URL, which the Content-Security-Policy allows and which need not be revoked, unlike an object URL.
 * @param {File} file
 * @returns {Promise<string>}
 */
const readAsDataUrl = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

fileInput.addEventListener("change", async () => {
  const file = fileInput.files?.[0];
  selectLogo(undefined);
  showOutcome(logo, "");
  if (!file) return;
  if (!(await isPng(file)))
    return showOutcome(logo, "This file is not a PNG picture. Choose another one.", "bad");
  selectLogo({ file, dataUrl: await readAsDataUrl(file) });
});

logo.form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!selectedLogo) return;
  const { dataUrl, file } = selectedLogo;
  const { problem } = await withBusyButton(logo.submit, "Uploading…", () =>
    send(logo.url, {
      method: "PUT",
      headers: { "Content-Type": "image/png" },
      body: file,
    }),
  );
  if (problem !== undefined) return showOutcome(logo, problem, "bad");
  showLogo(dataUrl);
  fileInput.value = "";
  selectLogo(undefined);
  showOutcome(logo, "The new logo is in use.", "good");
});

logo.button("delete").addEventListener("click", () => dialog.showModal());
logo.button("keep").addEventListener("click", () => dialog.close());
logo.button("confirm").addEventListener("click", async () => {
  dialog.close();
  const { problem } = await withBusyButton(logo.button("delete"), "Deleting…", () =>
    send(logo.url, { method: "DELETE" }),
  );
  if (problem !== undefined) return showOutcome(logo, problem, "bad");
  showLogo(undefined);
  showOutcome(logo, "The logo is deleted.", "good");
});

logo.form.hidden = false;
