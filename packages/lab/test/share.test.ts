// All that the controls say stands in the address; what moves stands still where that is asked for; what is said aloud.

import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { addressOf, builtPage, isHere } from "./builtPage.ts";

const open = builtPage();
const slider = (page: Page) => page.getByRole("region", { name: "The digit under attack" }).getByRole("slider");
const region = (page: Page, name: string) => page.getByRole("region", { name });

/** What all controls say, which digit is on the stage and where points are. */
const stateOf = (page: Page) =>
  page.evaluate(() => ({
    values: [...document.querySelectorAll<HTMLInputElement | HTMLSelectElement>("select, input:not([type=file])")].map(
      ({ value }) => value,
    ),
    step: document.querySelector(".story p")!.textContent,
    digit: [...document.querySelectorAll(".gallery button")].findIndex((each) => each.ariaPressed === "true"),
    points: [...document.querySelectorAll(".poison circle")].map((each) => each.outerHTML),
    stage: document.querySelector(".digits img, .digits [role=img]")!.getAttribute("aria-label"),
  }));

describe.skipIf(!isHere)("the state of the page", { timeout: 180_000 }, () => {
  test("is in the address, every control of it", async () => {
    const { page, complaints } = await open();
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("button", { name: "Next" }).click();
    const choices = region(page, "Choices");
    await choices
      .getByRole("combobox", { name: /^Learner/ })
      .first()
      .selectOption("ridge");
    await choices
      .getByRole("combobox", { name: /^Complexity/ })
      .first()
      .selectOption("low");
    await choices.getByRole("combobox", { name: /^By/ }).selectOption("pgd");
    await choices.getByRole("combobox", { name: /^Booster/ }).selectOption("ni");
    await choices.getByRole("combobox", { name: /^Together with/ }).selectOption("logistic");
    await choices.getByRole("combobox", { name: /^of complexity/ }).selectOption("low");
    await page.getByRole("button", { name: "Draw other training sets" }).click();
    await page.locator(".dial[data-role=target]").getByRole("slider").press("ArrowLeft");
    await slider(page).press("PageUp");
    await slider(page).press("ArrowRight");
    const poison = region(page, "Poison a training set");
    await poison.waitFor({ timeout: 60_000 });
    await poison.getByRole("combobox", { name: /^Learner 1/ }).selectOption("ridge");
    await poison.getByRole("combobox", { name: /^Point/ }).selectOption("3");
    await poison.getByRole("button", { name: "Up" }).click();
    await poison.getByRole("button", { name: "Change its class" }).click();
    await page.getByRole("button", { name: /^digit 5,/ }).click();
    await page.locator(".story").scrollIntoViewIfNeeded();
    const pad = page.getByRole("button", { name: /^Pad/ });
    for (let i = 0; i < 12; i++) await pad.press("ArrowDown");
    await region(page, "Draw a digit").getByRole("combobox").selectOption("1");
    await page.getByRole("button", { name: "Attack it" }).click();
    const [hash, state] = [await addressOf(page), await stateOf(page)];
    expect(state.step).toContain("2 of 7");
    expect(state.digit).toBe(4);
    await page.close();
    const { page: again } = await open({ hash });
    await region(again, "Poison a training set").waitFor({ timeout: 60_000 });
    await expect.poll(() => stateOf(again), { timeout: 60_000 }).toEqual(state);
    const read = (address: string) => JSON.parse(decodeURIComponent(address.slice(1)));
    expect(read(await addressOf(again))).toEqual(read(hash));
    expect(complaints).toEqual([]);
    await again.close();
  });

  test("is copied as a link", async () => {
    const { page, address } = await open();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await slider(page).press("End");
    await page.getByRole("button", { name: "Copy a link" }).click();
    await page.getByText("copied", { exact: true }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`${address}${await addressOf(page)}`);
    expect(decodeURIComponent(copied)).toContain('"epsilon":5');
    await page.close();
  });

  test("moves between steps of the story, or stands still where less motion is asked for", async () => {
    /** Budgets that the slider shows as its step of the story begins, and after each frame of a clock of the test's. */
    const seen = async (motion: boolean) => {
      const { page } = await open({ motion });
      await page.clock.install();
      await page.clock.pauseAt(Date.now() + 1000);
      await page.getByRole("button", { name: "Begin" }).click();
      const shown = [await slider(page).inputValue()];
      while (shown.length < 60) {
        await page.clock.runFor(frame);
        shown.push(await slider(page).inputValue());
      }
      const bar = page.locator(".track span").first();
      const durations = await bar.evaluate((each) => getComputedStyle(each).transitionDuration);
      await page.close();
      return { values: shown.map(Number), durations };
    };
    const [from, frame, whole] = [1.5, 16, 700];
    const still = await seen(false);
    expect(new Set(still.values)).toEqual(new Set([0]));
    expect(still.durations).toBe("0s");
    const moving = await seen(true);
    for (const [i, value] of moving.values.entries()) {
      // It is where time says, but for the frame that is shown until the next, and for what the slider rounds.
      const there = from * Math.max(0, 1 - (i * frame) / whole);
      expect(Math.abs(value - there)).toBeLessThan((from * frame) / whole + 0.025);
    }
    expect(moving.values.at(-1)).toBe(0);
    expect(moving.durations).not.toBe("0s");
  });

  test("is said aloud once it stands still; of each budget it is said how it is known", async () => {
    const { page } = await open();
    await page.locator(".doing").filter({ hasText: "all but the pairs computed" }).waitFor({ timeout: 120_000 });
    await page.waitForTimeout(1500);
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      for (const live of document.querySelectorAll("[role=status], [aria-live]")) {
        new MutationObserver(() => heard.push(live.textContent!)).observe(live, {
          ...{ childList: true, characterData: true, subtree: true },
        });
      }
    });
    await slider(page).press("Home");
    expect(await slider(page).getAttribute("aria-valuetext")).toBe("0.00, computed");
    const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    await expect.poll(async () => (await heard()).at(-1)).toContain("At budget 0.00");
    await slider(page).evaluate((input: HTMLInputElement) => {
      for (let i = 1; i <= 12; i++) {
        input.value = `${i / 40}`;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    expect(await slider(page).getAttribute("aria-valuetext")).toBe("0.30, interpolated between 0.25 and 0.5");
    expect(await page.locator(".stage .note").textContent()).toContain("0.30: interpolated between 0.25 and 0.5");
    await page.waitForTimeout(1500);
    const budgets = (await heard()).flatMap(
      (said) => /^At budget ([\d.]+) the surrogate sees .* of a 9\.$/.exec(said) ?? [],
    );
    expect(new Set(budgets.filter((_, i) => i % 2 === 1))).toEqual(new Set(["0.00", "0.30"]));
    await page.close();
  });
});
