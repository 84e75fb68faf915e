// What the site holds beside the library's interface, as docs/README.md lists it: the headings there are its groups.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
const index = join(root, "docs/README.md");

/** Each document once: its path in the repository, its title, the heading it stands under. */
export function documents() {
  const found = new Map();
  for (const section of readFileSync(index, "utf8").split(/^## /m).slice(1)) {
    const [group] = section.split("\n", 1);
    for (const [, target] of section.matchAll(/\]\(([^)#:]+\.md)(?:#[^)]*)?\)/g)) {
      const path = relative(root, join(dirname(index), target));
      if (!existsSync(join(root, path))) throw new Error(`docs/README.md names ${path}, which does not exist`);
      if (!found.has(path)) found.set(path, { path, group, title: titleOf(path) });
    }
  }
  return [...found.values()];
}

function titleOf(path) {
  return /^# (.+)$/m.exec(readFileSync(join(root, path), "utf8"))[1].replaceAll("`", "");
}
