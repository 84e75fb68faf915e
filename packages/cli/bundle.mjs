// Puts the compiled command, and all it stands on but the runtime and the digits, into a few files of `dist/bundle`: a
// process that reads a thousand small files has hardly begun when one that reads ten is done.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const out = join(dist, "bundle");
const { dependencies, optionalDependencies, peerDependencies } = JSON.parse(
  readFileSync(join(here, "package.json"), "utf8"),
);

/** The files that processes and threads begin with, by their names in the bundle. */
const entries = {
  ...{ main: "main", command: "command", worker: "host/worker" },
  ...{ watchThread: "host/watchThread", hashThread: "host/hashThread" },
};

const bundle = await rolldown({
  input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(dist, `${file}.js`)])),
  platform: "node",
  external: Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }),
  transform: { target: "node20" },
});
rmSync(out, { recursive: true, force: true });
/** What everything stands on, in one file; what else several files share is divided by who needs it. */
const ground = { name: "ground", test: /core.dist.([a-zA-Z0-9]+\.js$|stats)|cli.dist.terminal/, minShareCount: 2 };
const { output } = await bundle.write({
  ...{ dir: out, format: "esm", comments: { legal: false }, minify: "dce-only" },
  codeSplitting: { groups: [ground] },
});
writeFileSync(join(out, "NOTICES.txt"), notices(output.flatMap(({ moduleIds = [] }) => moduleIds)));

/** The licences of the packages whose files were put in. */
function notices(files) {
  const folders = new Set(files.map((file) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(file)?.[0]).filter(Boolean));
  return [...folders]
    .sort()
    .map(notice)
    .join(`\n${"-".repeat(80)}\n\n`);
}

function notice(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.|$)/i.test(each));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text}`;
}
