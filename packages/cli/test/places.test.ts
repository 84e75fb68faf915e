// Stores that cannot be written to, as whole commands meet them: read-only ones and full ones. Linux alone has the
// namespaces that make a place so for root too.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

/** A command that starts another one with a folder mounted in another way, for it and what it starts alone. */
const mounted = (mount: string) => ["unshare", "-rm", "sh", "-c", `${mount} && exec "$@"`, "sh"];
const readOnly = (place: string) =>
  mounted(`mount --bind '${place}' '${place}' && mount -o remount,ro,bind '${place}'`);
const diskOf = (place: string, options: string) => mounted(`mount -t tmpfs -o ${options} none '${place}'`);

mkdirSync(at("probe"));
const [first, ...rest] = [...readOnly(at("probe")), "sh", "-c", `! touch '${at("probe/file")}' 2>/dev/null`];
const canMount = process.platform === "linux" && spawnSync(first, rest).status === 0;

const asking = (out: string) => [
  ...["audit", "--target", at("model.onnx"), "--data", at("data.npz"), "--surrogates", "ridge", "--points", "20"],
  ...["--workers", "2", "--epsilon", "0.1", "--out", at(out), "--quiet"],
];
const metrics = (run: string) => readFileSync(at(`${run}/metrics.json`), "utf8");
const filesIn = (place: string) => readdirSync(place, { recursive: true, encoding: "utf8" }).sort();

describe.runIf(canMount)("a store", () => {
  beforeAll(async () => {
    writeFileSync(at("data.npz"), pointsFile(120));
    await carom(["fit", "logistic", "--data", at("data.npz"), "--out", at("model.onnx"), "--quiet"]);
    expect((await carom(asking("first"), { store: at("store") })).status).toBe(0);
    mkdirSync(at("empty"));
    mkdirSync(at("full"));
  });

  it("that is read-only and has everything answers as one that is not", async () => {
    const before = filesIn(at("store"));
    const { status, stderr } = await carom(asking("second"), { store: at("store"), under: readOnly(at("store")) });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(metrics("second")).toBe(metrics("first"));
    expect(filesIn(at("store"))).toEqual(before);
  });

  it("that is read-only and lacks something is told in one sentence, and nothing is left", async () => {
    const { status, stderr } = await carom(asking("none"), { store: at("empty"), under: readOnly(at("empty")) });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^carom: invalid [^\n]*empty[^\n]*: expected [^\n]+, got [^\n]+; [^\n]+\n$/);
    expect(existsSync(at("none"))).toBe(false);
    expect(filesIn(at("empty"))).toEqual([]);
  });

  it.each([
    ["has no room for what is asked", "size=16k", /^carom: unsupported results of this size: /],
    // Of files, which nobody counts beforehand.
    ["turns out to be full in the middle", "size=64m,nr_inodes=12", /^carom: invalid store [^\n]*got a full disk/],
  ])("that %s is told in one sentence, and nothing is left", async (_, options, message) => {
    const { status, stderr } = await carom(asking("none"), { store: at("full"), under: diskOf(at("full"), options) });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^[^\n]+: expected [^\n]+, got [^\n]+; [^\n]+\n$/);
    expect(existsSync(at("none"))).toBe(false);
  });
});
