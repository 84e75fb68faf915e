// The packed command in an empty folder, installed and started by the steps of the Dockerfile without an engine: its
// folders lie below a temporary one, and its user is nobody else's.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "./run.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn("skipped: the steps of the Dockerfile; who is not root cannot give a folder to another user");

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function instructions(file: string): Instruction[] {
  const lines = readFileSync(file, "utf8").replaceAll("\\\n", " ").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => /^([A-Z]+) (.*)$/.exec(line)!)
    .map(([, name, rest]) => ({ name, rest }));
}

/** What an image starts with, and where. */
interface Image {
  readonly env: Record<string, string>;
  folder: string;
  user: string;
  entry: string[];
}

/** Does the steps with each stage's files in a folder of its own. */
function build(file: string, context: string, stages: string): Image {
  let image: Image = { env: {}, folder: "/", user: "0:0", entry: [] };
  let stage = "";
  /** Absolute paths of the image, in a script or alone, as they are here. */
  const here = (text: string, of = stage) => text.replace(/(?<![\w.])\/(opt|work)\b/g, `${join(stages, of)}/$1`);
  for (const { name, rest } of instructions(file)) {
    const copy = /^(?:--from=(\w+) )?(\S+) (\S+)$/.exec(rest);
    if (name === "FROM") {
      stage = / AS (\w+)$/.exec(rest)?.[1] ?? "last";
      mkdirSync(join(stages, stage));
      chmodSync(join(stages, stage), 0o755);
      image = { env: {}, folder: join(stages, stage), user: "0:0", entry: [] };
    } else if (name === "WORKDIR") {
      image.folder = here(rest);
      mkdirSync(image.folder, { recursive: true });
    } else if (name === "COPY" && copy) {
      const [, from, source, to] = copy;
      const pattern = new RegExp(`^${source.replaceAll(".", "\\.").replace("*", ".*")}$`);
      const found = from
        ? [here(source, from)]
        : readdirSync(context, { recursive: true, encoding: "utf8" })
            .filter((each) => pattern.test(each))
            .map((each) => join(context, each));
      expect(found.length).toBe(1);
      const target = resolve(image.folder, here(to));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(found[0], target, { recursive: true, verbatimSymlinks: true });
    } else if (name === "RUN") {
      const { status, stderr } = spawnSync("sh", ["-c", here(rest)], { cwd: image.folder, encoding: "utf8" });
      expect(`${status} ${stderr}`).toMatch(/^0 /);
    } else if (name === "ENV") {
      const [key, value] = rest.split("=");
      image.env[key] = here(value);
    } else if (name === "USER") image.user = rest;
    else if (name === "ENTRYPOINT") image.entry = JSON.parse(here(rest));
    else expect(name).toBe("CMD");
  }
  return image;
}

test.skipIf(!isRoot)(
  "the image audits without root, and writes to its folder of work alone",
  { timeout: 240_000 },
  () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const [context, stages] = [join(folder, "context"), join(folder, "stages")];
    for (const each of [join(context, "release"), stages]) mkdirSync(each, { recursive: true });
    const packed = spawnSync(
      "npm",
      ["pack", "--workspace", "@carom/cli", "--pack-destination", join(context, "release")],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    expect(packed.status).toBe(0);
    const image = build(join(root, "Dockerfile"), context, stages);
    const [uid, gid] = image.user.split(":");
    expect(Number(uid)).toBeGreaterThan(0);
    // Nothing but the folder of work is that user's.
    const own = readdirSync(join(stages, "last"), { recursive: true, encoding: "utf8" }).filter(
      (name) => statSync(join(stages, "last", name)).uid === Number(uid),
    );
    expect(own).toEqual(["work"]);
    const start = (...args: string[]) =>
      spawnSync("setpriv", [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...image.entry, ...args], {
        cwd: image.folder,
        encoding: "utf8",
        env: { PATH: process.env.PATH, ...image.env },
      });
    const audit = start(
      "audit",
      "--surrogates",
      "ridge",
      "--epsilon",
      "1",
      "--attackers",
      "none",
      "--quiet",
      "--out",
      "run",
    );
    expect(`${audit.status} ${audit.stderr}`).toBe("0 ");
    expect(existsSync(join(stages, "last/work/run/report.html"))).toBe(true);
    expect(start("audit", "--surrogates", "ridge", "--epsilon", "1", "--quiet", "--out", "/outside").stderr).toMatch(
      /permission/,
    );
  },
);
