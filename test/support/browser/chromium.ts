import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** Two of the package's arguments that suit serverless functions only; elsewhere they make pages crash. */
const unwanted = ["--single-process", "--no-zygote"];

/** Starts a headless Chromium without system packages; it works as root, and renders maps in software. */
export const openChromium = async (): Promise<Browser> =>
  playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [
      ...chromium.args.filter((argument) => !unwanted.includes(argument)),
      "--no-sandbox",
      "--disable-quic",
      "--enable-unsafe-swiftshader",
    ],
    headless: true,
  });
