// What holds a built site together: links that lead nowhere are found, in whatever way they do.

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { temporaryFolder } from "./run.ts";

const checker = fileURLToPath(new URL("../../../docs/site/links.mjs", import.meta.url));
const folder = temporaryFolder();

function checked(name: string, links: readonly string[]) {
  const site = join(folder, name);
  mkdirSync(join(site, "below"), { recursive: true });
  writeFileSync(join(site, "index.html"), '<html><body><h1 id="top">A page</h1></body></html>');
  const anchors = links.map((link) => `<a href="${link}">a link</a>`);
  writeFileSync(join(site, "below/page.html"), `<html><body><p id="here">${anchors.join("")}</p></body></html>`);
  const { status, stderr } = spawnSync(process.execPath, [checker, site], { encoding: "utf8" });
  return { status, faults: stderr.trim().split("\n").filter(Boolean) };
}

it("a site whose links lead somewhere passes", () => {
  const good = ["../index.html", "../index.html#top", "#here", "page.html", "https://example.org/none", "#"];
  expect(checked("good", good)).toEqual({ status: 0, faults: [] });
});

it.each(["../absent.html", "../index.html#nowhere", "#nowhere", "/index.html", "..", "file:index.html"])(
  "%s is found",
  (link) => {
    const { status, faults } = checked(`bad-${link.replaceAll(/\W/g, "-")}`, ["../index.html", link]);
    expect(status).toBe(1);
    expect(faults.map((fault) => fault.split(" ").slice(0, 2))).toEqual([["below/page.html:", link]]);
  },
);
