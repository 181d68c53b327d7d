import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** Two of the package's arguments are meant for AWS Lambda; elsewhere they make pages crash. */
const unwanted = ["--single-process", "--no-zygote"];

/** A headless Chromium that needs no installation, runs as root, and draws maps without a graphics card. */
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
