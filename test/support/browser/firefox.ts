import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Browser, firefox as playwright } from "playwright-core";
import { canInstallPackages, installPackages } from "../debian-packages.ts";

const findFirefox = (): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .flatMap((folder) => ["firefox-esr", "firefox"].map((name) => join(folder, name)))
    .find((path) => existsSync(path));

/** Vitest's global set-up: as root on Debian, installs Firefox where there is none. */
export const setup = async (): Promise<void> => {
  if (findFirefox() !== undefined || !canInstallPackages()) return;
  process.stderr.write("browser: no Firefox found; installing Debian's package firefox-esr\n");
  await installPackages("firefox-esr");
};

/**
 * A headless Firefox as distributions ship it, driven over WebDriver BiDi (which is what the channel means). Releases of
 * playwright after 1.64 send commands that Firefox ESR 153 does not know (`emulation.setMediaFeaturesOverride`).
 */
export const openFirefox = async (): Promise<Browser> => {
  const executablePath = findFirefox();
  if (executablePath === undefined) {
    throw new Error(
      "The tests need Firefox: install it, or run them as root on Debian, where they do that themselves.",
    );
  }
  // It writes caches and an empty folder Downloads there.
  const home = mkdtempSync(join(tmpdir(), "nextstrain-test-firefox-"));
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    const env = { ...process.env, HOME: home };
    const browser = await playwright.launch({ channel: "moz-firefox", executablePath, headless: true, env });
    return browser.once("disconnected", remove);
  } catch (error) {
    remove();
    throw error;
  }
};
