// Holds that a built site works under any path: every link in it is relative, and leads to a page and a place that
// exist.
//
// usage: node docs/site/links.mjs FOLDER

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseHTML } from "linkedom";

const folder = resolve(process.argv[2]);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".html"));
const pages = new Map(
  files.map((name) => {
    const { document } = parseHTML(readFileSync(join(folder, name), "utf8"));
    const places = new Set([...document.querySelectorAll("[id], a[name]")].map((each) => each.id || each.name));
    const links = [...document.querySelectorAll("[href], [src]")].map(
      (each) => each.getAttribute("href") ?? each.getAttribute("src"),
    );
    return [join(folder, name), { places, links }];
  }),
);

/** Why a link of a page leads nowhere; undefined where it leads somewhere, or to another site. */
function faultOf(page, link) {
  if (/^(https?|mailto|data):/.test(link)) return undefined;
  if (link.startsWith("/") || /^\w+:/.test(link)) return "is not relative";
  const [path, place] = link.split("#");
  const file = path === "" ? page : resolve(page, "..", decodeURIComponent(path.split("?")[0]));
  if (!existsSync(file) || !statSync(file).isFile()) return "leads to no file";
  const isKnown = !place || !pages.has(file) || pages.get(file).places.has(decodeURIComponent(place));
  return isKnown ? undefined : "leads to no place of its page";
}

const faults = [...pages].flatMap(([page, { links }]) =>
  [...new Set(links)].flatMap((link) => {
    const fault = faultOf(page, link);
    return fault ? [`${relative(folder, page)}: ${link} ${fault}`] : [];
  }),
);
for (const fault of faults) console.error(fault);
console.log(`${pages.size} pages, ${faults.length} links that lead nowhere`);
process.exitCode = faults.length > 0 ? 1 : 0;
