// The page's first sight: how large it is, how soon it is there, what its controls do, who can use it.

import { readFileSync } from "node:fs";
import { openNpz } from "@carom/core/data";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { addressOf, builtPage, isHere, violationsIn } from "./builtPage.ts";

const open = builtPage();

const slider = (page: Page) => page.getByRole("region", { name: "The digit under attack" }).getByRole("slider");
const saysOf = (page: Page, model: string) => page.locator(`[data-model=${model}] b`).textContent();
const bars = async (page: Page) => Promise.all((await page.locator("output").all()).map((each) => each.textContent()));
const pixelsOf = (page: Page) =>
  page
    .locator(".large canvas")
    .evaluate((canvas) => [...(canvas as HTMLCanvasElement).getContext("2d")!.getImageData(0, 0, 28, 28).data]);
const wholeRed = (pixels: readonly number[]) => pixels.filter((_, i) => i % 4 === 0);

describe.skipIf(!isHere)("the page", { timeout: 180_000 }, () => {
  test("takes at most 600 kB over the line, asks nobody else, and complains of nothing", async () => {
    const { page, address, asked, complaints, seconds, compressed } = await open({ hash: "" });
    const size = compressed();
    console.log(`the lab's first sight: ${Math.round(size / 1000)} kB compressed, ${seconds.toFixed(2)} s`);
    expect(size).toBeGreaterThan(100_000);
    expect(size).toBeLessThan(600_000);
    const own = [address, "data:", `blob:${new URL(address).origin}/`];
    expect(asked.filter((url) => !own.some((start) => url.startsWith(start)))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the slider, moved by the keyboard, changes the digit, what models say, and the bars", async () => {
    const { page, asked, complaints } = await open({ hash: "" });
    const before = asked.length;
    await slider(page).press("Home");
    const [clean, still] = [wholeRed(await pixelsOf(page)), await bars(page)];
    expect(await saysOf(page, "surrogate")).toContain("right");
    expect(await saysOf(page, "target")).toContain("right");
    expect(still.slice(3)).toEqual(["0", "0", "0"]);
    await slider(page).press("End");
    const attacked = wholeRed(await pixelsOf(page));
    expect(await saysOf(page, "surrogate")).toContain("misled");
    expect(await saysOf(page, "target")).toContain("misled");
    // The largest budget is an L2 length of 5, of which bytes lose little.
    const length = Math.hypot(...attacked.map((value, i) => (value - clean[i]) / 255));
    expect(length).toBeGreaterThan(4);
    expect(length).toBeLessThan(5.1);
    const [bound, , observed] = (await bars(page)).slice(3).map(Number);
    expect(observed).toBeGreaterThan(0);
    expect(bound).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Draw other training sets" }).click();
    expect(asked.slice(before)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("an address gives the same state back, an unreadable one is told", async () => {
    const { page } = await open();
    await page.getByRole("slider", { name: /^surrogate,/ }).press("Home");
    await page.getByLabel("Budget in").selectOption("linf");
    await slider(page).press("PageUp");
    await page.getByRole("button", { name: /^digit 3,/ }).click();
    const hash = await addressOf(page);
    const shown = async (p: Page) => {
      await p.locator(".answer").filter({ hasText: "epsilon" }).waitFor({ timeout: 120_000 });
      return [await p.locator(".answer").textContent(), await bars(p), wholeRed(await pixelsOf(p))];
    };
    const before = await shown(page);
    await page.close();
    const { page: again } = await open({ hash });
    expect(await shown(again)).toEqual(before);
    await again.close();
    const { page: broken } = await open({ hash: "#{nothing" });
    expect(await broken.getByRole("alert").textContent()).toContain("cannot read");
    await broken.close();
  });

  test("a digit that is drawn, with the mouse or by keys, is attacked; the dot in the plane goes with the slider", async () => {
    const { page, complaints } = await open();
    const pad = page.getByRole("button", { name: /^Pad/ });
    await pad.scrollIntoViewIfNeeded();
    const { x, y } = (await pad.boundingBox())!;
    await page.mouse.move(x + 140, y + 60);
    await page.mouse.down();
    for (let k = 1; k <= 10; k++) await page.mouse.move(x + 140 - 2 * k, y + 60 + 16 * k);
    await page.mouse.up();
    const attackIt = () => page.getByRole("button", { name: "Attack it" }).click();
    const before = wholeRed(await pixelsOf(page));
    const changed = (than: readonly number[]) =>
      expect.poll(async () => `${wholeRed(await pixelsOf(page))}` !== `${than}`, { timeout: 60_000 }).toBe(true);
    await attackIt();
    await changed(before);
    await slider(page).press("Home");
    // A stroke from above to below: as long as digits are, and nothing at the sides.
    const clean = wholeRed(await pixelsOf(page));
    const rows = Array.from({ length: 28 }, (_, row) => clean.slice(28 * row, 28 * row + 28).some((grey) => grey > 0));
    expect(rows.filter(Boolean).length).toBeGreaterThanOrEqual(20);
    expect(clean.filter((_, i) => i % 28 === 0 || i % 28 === 27).every((grey) => grey === 0)).toBe(true);
    const dot = async () => {
      const circle = page.locator(".here");
      return [Number(await circle.getAttribute("cx")), Number(await circle.getAttribute("cy"))];
    };
    expect(await dot()).toEqual([210, 210]);
    await slider(page).press("End");
    const [cx] = await dot();
    expect(cx).toBeGreaterThan(230);
    await page.getByRole("button", { name: "Clear" }).click();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "Shift+ArrowLeft", "ArrowDown"]) {
      await pad.press(key);
    }
    const drawnFirst = wholeRed(await pixelsOf(page));
    await attackIt();
    await changed(drawnFirst);
    await page.getByRole("button", { name: "Back to the digits" }).click();
    await slider(page).press("Home");
    await expect.poll(async () => wholeRed(await pixelsOf(page)).filter((grey) => grey > 0).length).toBeGreaterThan(50);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a point that is dragged, or moved by buttons, changes the boundaries of both learners", async () => {
    const { page, complaints } = await open();
    const poison = page.getByRole("region", { name: "Poison a training set" });
    await poison.waitFor({ timeout: 60_000 });
    const boundaries = async () => {
      const paths = await poison.locator("path.line").all();
      return Promise.all(paths.map((path) => path.getAttribute("d")));
    };
    const moved = (from: readonly (string | null)[]) =>
      expect
        .poll(async () => (await boundaries()).every((path, i) => path !== from[i]), { timeout: 60_000 })
        .toBe(true);
    const clean = await boundaries();
    expect(clean.length).toBe(2);
    await poison.scrollIntoViewIfNeeded();
    const { x, y } = (await poison.locator("circle").first().boundingBox())!;
    await page.mouse.move(x + 5, y + 5);
    await page.mouse.down();
    await page.mouse.move(x + 150, y - 120, { steps: 4 });
    await page.mouse.up();
    await moved(clean);
    await poison.getByRole("button", { name: "Clean points again" }).click();
    await expect.poll(boundaries, { timeout: 60_000 }).toEqual(clean);
    await poison.getByRole("combobox", { name: /^Point/ }).selectOption("1");
    await poison.getByRole("button", { name: "Change its class" }).click();
    await moved(clean);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a finger drags the slider, and a point of the training set", async () => {
    const { page, complaints } = await open({ width: 390, touch: true });
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", x = 0, y = 0) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
    const drag = async (x: number, y: number, dx: number, dy: number) => {
      await touch("touchStart", x, y);
      for (let k = 1; k <= 5; k++) await touch("touchMove", x + (k * dx) / 5, y + (k * dy) / 5);
      await touch("touchEnd");
    };
    await slider(page).press("Home");
    await slider(page).scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await slider(page).boundingBox())!;
    await drag(x + 8, y + height / 2, width - 16, 0);
    expect(Number(await slider(page).inputValue())).toBeGreaterThan(4.5);
    expect(await saysOf(page, "surrogate")).toContain("misled");
    const poison = page.getByRole("region", { name: "Poison a training set" });
    await poison.waitFor({ timeout: 60_000 });
    await poison.locator("svg").scrollIntoViewIfNeeded();
    const circle = poison.locator("circle").first();
    const before = (await circle.boundingBox())!;
    await drag(before.x + 5, before.y + 5, 90, -60);
    const after = (await circle.boundingBox())!;
    expect(after.x - before.x).toBeCloseTo(90, -1);
    expect(after.y - before.y).toBeCloseTo(-60, -1);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("the sliders of regularisation, by keyboard, move S, R, V and transfer, between positions too", async () => {
    const { page, complaints } = await open();
    const dial = (role: string) => page.locator(`.dial[data-role=${role}]`);
    const numbers = async (role: string) => (await dial(role).locator("dd").allTextContents()).map(Number);
    const known = (role: string) =>
      expect.poll(async () => (await numbers(role)).every(Number.isFinite), { timeout: 60_000 }).toBe(true);
    // Of a ridge classifier S is larger the less it is regularised.
    await page.getByLabel("Learner").nth(1).selectOption("ridge");
    await expect.poll(() => saysOf(page, "target"), { timeout: 60_000 }).toBeTruthy();
    const target = dial("target").getByRole("slider");
    await target.press("Home");
    await known("target");
    const strong = await numbers("target");
    await target.press("ArrowRight");
    await known("target");
    const between = await numbers("target");
    await expect.poll(() => dial("target").locator("circle").count(), { timeout: 60_000 }).toBe(20);
    await target.press("End");
    await known("target");
    const weak = await numbers("target");
    expect(await addressOf(page)).toContain(encodeURIComponent('"target":{"learner":"ridge","position":4}'));
    // S rises all along the scale, and a tenth of the first step is a tenth of the way to the next position.
    expect(strong[1]).toBeLessThan(between[1]);
    expect(between[1]).toBeLessThan(weak[1]);
    expect(strong[3]).toBe(weak[3]);
    await target.press("Home");
    for (let i = 0; i < 10; i++) await target.press("ArrowRight");
    await known("target");
    const next = await numbers("target");
    // Each is shown with three digits.
    expect(Math.abs(between[1] - (strong[1] + 0.1 * (next[1] - strong[1])))).toBeLessThan(2e-3);
    // V is the surrogate's, and falls where it is regularised.
    const surrogate = dial("surrogate").getByRole("slider");
    await known("surrogate");
    const [, , , V] = await numbers("surrogate");
    await surrogate.press("Home");
    await known("surrogate");
    expect((await numbers("surrogate"))[3]).toBeLessThan(V);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a forest is a target without gradients: S and R are none, the sentence says why, the attack jumps all the same", async () => {
    const { page, complaints } = await open();
    const choices = page.getByRole("group", { name: /^Target/ });
    await choices.getByLabel("Learner").selectOption("forest");
    await choices.getByLabel("Complexity").selectOption("low");
    await page.locator(".answer").filter({ hasText: "forest has no gradients" }).waitFor({ timeout: 120_000 });
    expect(await page.locator('[data-model="target"]').textContent()).toContain("forest, depth 8");
    expect(await page.locator(".answer").textContent()).not.toContain("NaN");
    await slider(page).press("Home");
    expect((await bars(page)).slice(0, 2)).toEqual(["none", "none"]);
    await slider(page).press("End");
    const [S, R, V, bound, predicted, observed] = await bars(page);
    expect([S, R, bound, predicted]).toEqual(["none", "none", "none", "none"]);
    expect(Number(V)).toBeGreaterThan(0);
    expect(Number(observed)).toBeGreaterThan(0);
    // Misread digits of the forest, at the largest budget many more than at none.
    const misled = async () =>
      Number((await page.locator("h2", { hasText: "mislead the target" }).textContent())!.split(" ")[0]);
    const many = await misled();
    await slider(page).press("Home");
    expect(many).toBeGreaterThan((await misled()) + 5);
    const pairs = page.getByRole("region", { name: "All pairs" });
    await pairs.getByRole("columnheader", { name: "forest" }).scrollIntoViewIfNeeded();
    await page.getByText("all computed").first().waitFor({ timeout: 120_000 });
    expect(await pairs.getByText("no R").count()).toBe(5);
    expect(await page.getByRole("region", { name: "The plane" }).textContent()).toContain("has no gradient");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("every figure, and the points, can be saved as they are on the page", async () => {
    const { page, complaints } = await open();
    await page.getByRole("region", { name: "Poison a training set" }).waitFor({ timeout: 60_000 });
    const saved = async (button: Locator) => {
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      return [download.suggestedFilename(), readFileSync(await download.path())] as const;
    };
    const figures = page.locator("figure:has(svg)");
    await figures.nth(4).waitFor();
    const buttons = await figures.getByRole("button", { name: /^Save figure: / }).all();
    expect(buttons.length).toBe(await figures.count());
    const names: string[] = [];
    // Until all reasons are known, figures change.
    await page.getByText("all but the pairs computed").waitFor({ timeout: 120_000 });
    for (const [i, button] of buttons.entries()) {
      const [name, content] = await saved(button);
      const shapes = await figures
        .nth(i)
        .locator("svg")
        .evaluate((svg) => svg.querySelectorAll("*").length);
      expect(content.toString()).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(content.toString().match(/<[a-z]+[ />]/g)!.length).toBe(shapes + 1);
      names.push(name);
    }
    expect(new Set(names).size).toBe(names.length);
    await slider(page).press("End");
    const [, points] = await saved(page.getByRole("button", { name: /^Save points/ }));
    const archive = openNpz(points);
    expect(archive.read("x").shape).toEqual([40, 1, 28, 28]);
    expect([...(archive.read("epsilon").data as Float64Array)]).toEqual(Array(40).fill(5));
    const [x, shown] = [archive.read("x").data as Float32Array, wholeRed(await pixelsOf(page))];
    for (const [i, grey] of shown.entries()) expect(Math.abs(255 * x[i] - grey)).toBeLessThan(0.51);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("everyone can use it: 390 and 1,280 px, light and dark", async () => {
    const { page } = await open({ width: 390 });
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("region", { name: "All pairs" }).scrollIntoViewIfNeeded();
    await page.locator("td button").first().waitFor({ timeout: 120_000 });
    await page.getByRole("region", { name: "Poison a training set" }).waitFor({ timeout: 60_000 });
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violationsIn(page)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
      }
    }
    await page.close();
  });

  test("pairs wait until they are near, and then move nothing, at 390 and 1,280 px", async () => {
    const { page, complaints } = await open();
    const pairs = page.getByRole("region", { name: "All pairs" });
    await page.getByText("all but the pairs computed").waitFor({ timeout: 120_000 });
    expect(await pairs.getByText("Pairs are computed last, when in sight").count()).toBe(1);
    expect(await pairs.getByRole("button").count()).toBe(0);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await violationsIn(page)).toEqual([]);
    }
    const heights = async () => {
      const found: number[][] = [];
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        found.push(
          await page.evaluate(() =>
            [document.body, ...document.querySelectorAll("main > *")].map((each) => each.clientHeight),
          ),
        );
      }
      return found;
    };
    const before = await heights();
    expect(await pairs.getByRole("button").count()).toBe(0);
    // By keyboard alone: what is focused comes into sight, and pairs come near with it.
    await page.getByRole("button", { name: /^Pad/ }).focus();
    await pairs.getByRole("button").nth(29).waitFor({ timeout: 120_000 });
    await page.getByText("all computed").waitFor();
    expect(await heights()).toEqual(before);
    // Another question makes them wait again, where they are far.
    await slider(page).press("Home");
    await page.getByLabel("Budget in").selectOption("linf");
    await expect.poll(() => pairs.getByRole("button").count(), { timeout: 60_000 }).toBe(0);
    await page.getByText("all but the pairs computed").waitFor({ timeout: 120_000 });
    expect(await pairs.getByRole("button").count()).toBe(0);
    // Who prints asks for all.
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await pairs.getByRole("button").first().waitFor({ timeout: 120_000 });
    expect(complaints).toEqual([]);
    await page.close();
  });
});
