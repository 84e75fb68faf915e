// The version that results carry is the one that both packages have.

import { readFileSync } from "node:fs";
import { VERSION } from "@carom/core";
import { expect, it } from "vitest";

const manifestOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../${name}/package.json`, import.meta.url), "utf8"));

it.each(["core", "cli"])("the version of @carom/%s", (name) => {
  expect(manifestOf(name).version).toBe(VERSION);
});

it("the command line is bundled with the core of its own version", () => {
  expect(manifestOf("cli").devDependencies["@carom/core"]).toBe(VERSION);
});
