// Memory and time of what is asked of deep networks at their own size: inspect with data, score, and evade with ten
// steps of PGD on eight images.
//
//   npm run build && python3 bench/models/make.py FOLDER vision && node bench/deepNets.mjs FOLDER [BEGINNING OF NAMES]
//
// Memory is the most that all processes of a command hold at once, looked at every 20 ms (Linux).

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stream } from "@carom/core";
import { printTable } from "./paired.mjs";

const [folder, beginning = ""] = process.argv.slice(2);
const command = fileURLToPath(new URL("../packages/cli/bin/carom.js", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "carom-deep-"));
const NETS = ["resnet50", "mobilenet_v3_large", "efficientnet_b0", "convnext_tiny", "vit_b_16"];
const [IMAGES, SIZE] = [8, 224];

/** Images of random pixels, as IDX files of features and labels are: no tool is needed to write them. */
function writeImages() {
  const random = stream(1, "images");
  const header = (type, sizes) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt32BE((type << 8) | sizes.length, 0);
    sizes.forEach((size, i) => {
      bytes.writeUInt32BE(size, 4 + 4 * i);
    });
    return bytes;
  };
  const pixels = Buffer.from(Uint8Array.from({ length: IMAGES * 3 * SIZE * SIZE }, () => 256 * random.uniform()));
  const path = join(scratch, "images-idx4-ubyte");
  writeFileSync(path, Buffer.concat([header(8, [IMAGES, 3, SIZE, SIZE]), pixels]));
  const labels = Buffer.from(Uint8Array.from({ length: IMAGES }, (_, i) => i));
  const labelsPath = join(scratch, "labels-idx1-ubyte");
  writeFileSync(labelsPath, Buffer.concat([header(8, [IMAGES]), labels]));
  return `${path},${labelsPath}`;
}

/** Bytes that a process and its children hold, 0 where it is gone. */
function held(pid) {
  try {
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
    return 1024 * Number(resident?.[1] ?? 0) + children.reduce((sum, child) => sum + held(child), 0);
  } catch {
    return 0;
  }
}

/** Runs the command; the most bytes that it held, and seconds by the clock. */
async function measure(...args) {
  const started = performance.now();
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, held(child.pid));
  }, 20);
  const [code] = await once(child, "exit");
  clearInterval(looking);
  if (code !== 0) throw new Error(`${args.join(" ")}: ${code}\n${said}`);
  return `${(most / 1e9).toFixed(2)} GB, ${((performance.now() - started) / 1000).toFixed(0)} s`;
}

const images = writeImages();
const rows = [];
for (const net of NETS.filter((each) => each.startsWith(beginning))) {
  for (const exporter of ["script", "dynamo"]) {
    const model = join(folder, `vision-${net}-${SIZE}-${exporter}.onnx`);
    const out = join(scratch, "points.npz");
    const attack = ["--attack", "pgd", "--set", "steps=10", "--norm", "linf", "--epsilon", "0.02", "--box", "0,1"];
    rows.push([
      `${net}, ${exporter}`,
      `${(readFileSync(model).length / 1e6).toFixed(0)} MB`,
      await measure("inspect", model, "--data", images),
      await measure("score", "--model", model, "--data", images),
      await measure("evade", "--model", model, "--data", images, "--out", out, ...attack),
    ]);
    rmSync(out);
    console.error(rows.at(-1).join(" | "));
  }
}
printTable(["", "file", "inspect", "score", "evade"], rows);
rmSync(scratch, { recursive: true });
