// How TypeDoc makes the site: the documents in their order and groups, then the library's interface.

import { join } from "node:path";
import { documents, root } from "./documents.mjs";

const at = (path) => join(root, path);
const listed = documents();
const groups = [...new Set(listed.map(({ group }) => group))];

export default {
  name: "Carom",
  entryPoints: [at("packages/core/src/index.ts"), at("packages/core/src/*/index.ts")],
  tsconfig: at("packages/core/tsconfig.api.json"),
  out: at("site"),
  readme: at("docs/README.md"),
  projectDocuments: listed.map(({ path }) => at(path)),
  plugin: [at("docs/site/plugin.mjs")],
  groupOrder: [...groups, "Modules", "*"],
  sort: ["source-order"],
  navigation: { includeGroups: true },
  navigationLinks: { Lab: "lab/index.html" },
  excludeExternals: true,
  highlightLanguages: ["bash", "css", "html", "javascript", "json", "jsonc", "python", "tsx", "typescript", "yaml"],
  validation: { notExported: false },
};
