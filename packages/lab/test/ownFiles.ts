// The user's own files on the page: given to it, and what it shows of them.

import { readFileSync } from "node:fs";
import type { Tensor } from "@carom/core";
import { openNpz } from "@carom/core/data";
import type { Page } from "playwright-core";
import type { OwnFile } from "../src/own/read.ts";

/** Chooses files. */
export const give = (page: Page, files: readonly OwnFile[]) =>
  page
    .locator(".drop input:not([webkitdirectory])")
    .setInputFiles(files.map(({ name, bytes }) => ({ name, mimeType: "", buffer: Buffer.from(bytes) })));

/** Drops a file or a folder of the disk on the page, as the desktop does. */
export async function drop(page: Page, path: string): Promise<void> {
  // What comes to be known above the place moves it.
  await page.getByRole("region", { name: "Poison a training set" }).waitFor({ timeout: 60_000 });
  await page.locator(".top .doing").filter({ hasText: "computed" }).waitFor({ timeout: 120_000 });
  const place = page.locator(".drop");
  await place.scrollIntoViewIfNeeded();
  const { x, y } = (await place.boundingBox())!;
  const session = await page.context().newCDPSession(page);
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", {
      type,
      ...{ x: x + 20, y: y + 20 },
      data: { items: [], files: [path], dragOperationsMask: 1 },
    });
  }
}

/** What came of an attack. */
export const attack = (page: Page) => page.getByRole("region", { name: "Your attack" });

/** Waits until all is computed. */
export const settled = (page: Page) =>
  page.locator(".own .doing").filter({ hasText: "all computed" }).waitFor({ timeout: 120_000 });

/** What was refused. */
export const told = (page: Page) => page.locator(".own [role=alert]");

/** The arrays of an archive that a button saves. */
export async function saved(page: Page, button: RegExp): Promise<Record<string, Tensor>> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".bring").getByRole("button", { name: button }).click(),
  ]);
  const archive = openNpz(readFileSync(await download.path()));
  return Object.fromEntries(archive.names.map((name) => [name, archive.read(name)]));
}

/** The largest difference, relative to the largest number. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const largest = Array.from(b).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0) / largest;
}
