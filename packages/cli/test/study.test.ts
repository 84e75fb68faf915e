// Studies as a user meets them: killed and started again, on several workers, on a damaged or full store.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));

const models = ["{learner: svm-linear, complexity: low}", "{learner: mlp, complexity: low, options: {epochs: 20}}"];
const study = (changes: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    name: "tiny",
    repetitions: "2",
    data: "{train: points.npz}",
    split: "{target: 0.4, surrogate: 0.4, attacked: 0.2}",
    surrogates: `[${models}]`,
    targets: `[${models}, {learner: forest, options: {trees: 5}}]`,
    attack: "{norm: l2, epsilons: [0.1, 0.3]}",
    scales: "{quick: {repetitions: 1, points: 30}}",
    ...changes,
  })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");

const metrics = (name: string) => readFileSync(join(at(name), "metrics.json"), "utf8");
const artifacts = (store: string) =>
  // The listing says what is a file: asking for each one fails for those that are renamed meanwhile.
  readdirSync(store, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "times.tsv")
    .map(({ parentPath, name }) => relative(store, join(parentPath, name)));
const childrenOf = (pid: number) =>
  (spawnSync("ps", ["-o", "pid=", "--ppid", String(pid)], { encoding: "utf8" }).stdout ?? "")
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
/** Worker processes of a command, which itself is a process that another watches. */
const workersOf = (pid: number) => childrenOf(pid).flatMap(childrenOf);

/** A store that has everything. */
const whole = at("store");

beforeAll(async () => {
  writeFileSync(at("points.npz"), pointsFile(400));
  writeFileSync(at("tiny.yaml"), study());
  const reference = await carom(["study", at("tiny.yaml"), "--workers", "1", "--quiet", "--out", at("reference")], {
    store: whole,
  });
  expect(reference).toMatchObject({ status: 0, stderr: "" });
});

/** Runs the study with one worker and kills so many of its workers, each as soon as a task has been finished. */
async function killingWorkers(out: string, kills: number): Promise<{ status: number | null; stderr: string }> {
  const store = temporaryFolder();
  const child = spawn(process.execPath, [main, "study", at("tiny.yaml"), "--workers", "1", "--out", out], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, CAROM_STORE: store },
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  let left = kills;
  const timer = setInterval(() => {
    if (artifacts(store).length < 2) return;
    for (const worker of workersOf(child.pid!)) {
      if (left <= 0) return;
      try {
        process.kill(worker, "SIGKILL");
        left--;
      } catch {
        // It ended between the listing and the kill.
      }
    }
  }, 20);
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(timer);
  return { status, stderr: stderr.replace(/^( *\d+ % |carom: read ).*\n/gm, "") };
}

describe("carom study", () => {
  it("reports means over repetitions of cells that it also lists one by one", () => {
    const { cells, repetitions, transferRates } = JSON.parse(metrics("reference"));
    // 2 surrogates x 3 targets and the white-box attack on 2 of them (forests have no gradients), 2 budgets.
    expect(cells).toHaveLength(2 * (2 * 3 + 2));
    for (const { surrogate, target, epsilon, errorUnderAttack } of cells) {
      type Cell = { surrogate: string; target: string; epsilon: number; errorUnderAttack: { estimate: number } };
      const each: number[] = repetitions.map(
        (repetition: { cells: Cell[] }) =>
          repetition.cells.find(
            (cell) => cell.surrogate === surrogate && cell.target === target && cell.epsilon === epsilon,
          )!.errorUnderAttack.estimate,
      );
      expect(errorUnderAttack.estimate).toBeCloseTo((each[0] + each[1]) / 2, 12);
    }
    for (const { surrogate, epsilon, rate } of transferRates) {
      type Cell = { surrogate: string; epsilon: number; errorUnderAttack: { estimate: number } };
      const row = cells.filter((cell: Cell) => cell.surrogate === surrogate && cell.epsilon === epsilon);
      const mean = row.reduce((sum: number, cell: Cell) => sum + cell.errorUnderAttack.estimate / row.length, 0);
      expect(row).toHaveLength(3);
      expect(rate).toBeCloseTo(mean, 12);
    }
  });

  it("gives the same bytes with two workers, and again from the store, computing nothing twice", async () => {
    const store = temporaryFolder();
    // Wrong times may change the order of tasks and nothing else.
    writeFileSync(join(store, "times.tsv"), "fit mlp\t0\t1.0\t0.001\nfit svm-linear\t0\t1.0\t900\nfit for");
    const two = await carom(["study", at("tiny.yaml"), "--workers", "2", "--out", at("two")], { store });
    expect(two.status).toBe(0);
    expect(metrics("two")).toBe(metrics("reference"));
    const written = artifacts(store).map((name) => [name, statSync(join(store, name)).ino]);
    const again = await carom(["study", at("tiny.yaml"), "--out", at("again")], { store });
    expect([again.status, again.stderr]).toEqual([
      0,
      expect.stringMatching(/^carom: read [^\n]*points\.npz: 400 rows[^\n]*\n$/),
    ]);
    expect(metrics("again")).toBe(metrics("reference"));
    expect(artifacts(store).map((name) => [name, statSync(join(store, name)).ino])).toEqual(written);
  });

  it("replaces a worker that dies and comes to the same bytes", async () => {
    const { status, stderr } = await killingWorkers(at("bereaved"), 1);
    expect([status, stderr.match(/^carom: a worker died while it was at "[^"]+"; trying again$/gm)]).toEqual([
      0,
      [expect.any(String)],
    ]);
    expect(metrics("bereaved")).toBe(metrics("reference"));
  });

  it("tries a task again twice when its worker dies, then reports it", async () => {
    const { status, stderr } = await killingWorkers(at("hopeless"), Number.POSITIVE_INFINITY);
    const lines = stderr.trimEnd().split("\n");
    const [task] = /"[^"]+"/.exec(lines[0])!;
    const again = `carom: a worker died while it was at ${task}; trying again`;
    expect(lines.slice(0, 2)).toEqual([again, again]);
    expect(lines[2]).toMatch(/^carom: invalid task .*got 3 workers that died.*--workers 1: it goes on$/);
    expect(lines[2]).toContain(task);
    expect([status, lines.length]).toEqual([2, 3]);
  });

  it("comes to the same bytes when its process group is killed again and again", async () => {
    const store = temporaryFolder();
    const finished: number[] = [];
    for (let kill = 0; kill < 4; kill++) {
      const child = spawn(process.execPath, [main, "study", at("tiny.yaml"), "--out", at("killed")], {
        detached: true,
        stdio: "ignore",
        env: { ...process.env, CAROM_STORE: store },
      });
      await new Promise((resolve) => setTimeout(resolve, 700 + 300 * kill));
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // It was faster than the kill.
      }
      finished.push(artifacts(store).filter((name) => !name.includes("partial")).length);
    }
    expect(finished).toEqual(finished.toSorted((a, b) => a - b));
    const last = await carom(["study", at("tiny.yaml"), "--out", at("survived")], { store });
    expect(last.status).toBe(0);
    expect(metrics("survived")).toBe(metrics("reference"));
    expect(artifacts(store).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("names a damaged artifact, computes it again, and comes to the same bytes", async () => {
    const store = temporaryFolder();
    cpSync(whole, store, { recursive: true });
    const largest = artifacts(store).sort((a, b) => statSync(join(store, b)).size - statSync(join(store, a)).size);
    const damaged = join(store, largest[0]);
    const bytes = readFileSync(damaged);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(damaged, bytes);
    const verified = await carom(["store", "verify", "--json"], { store });
    expect(verified.stderr).toContain(damaged);
    expect(JSON.parse(verified.stdout)).toMatchObject({ removed: 1, artifacts: largest.length - 1 });
    writeFileSync(damaged, bytes);
    // What all depends on is asked for again once the results are gone.
    for (const name of largest) {
      const path = join(store, name);
      if (path !== damaged && readFileSync(path).includes('"cells"')) spawnSync("rm", [path]);
    }
    const repaired = await carom(["study", at("tiny.yaml"), "--quiet", "--out", at("repaired")], { store });
    expect(repaired).toMatchObject({ status: 0, stdout: expect.stringContaining("transfer rate") });
    expect(metrics("repaired")).toBe(metrics("reference"));
  });

  it("--plan tells tasks, time and disk and runs nothing; --scale and --only make it smaller", async () => {
    const store = temporaryFolder();
    const plan = async (...more: string[]) => {
      const { status, stdout } = await carom(["study", at("tiny.yaml"), "--plan", "--json", ...more], { store });
      expect(status).toBe(0);
      return JSON.parse(stdout);
    };
    const whole = await plan();
    expect(whole.kinds).toMatchObject({
      split: { tasks: 2 },
      fit: { tasks: 10 },
      craft: { tasks: 8 },
      transfer: { tasks: 2 },
    });
    expect([whole.seconds > 0, whole.bytes > 0]).toEqual([true, true]);
    expect((await plan("--scale", "quick")).kinds).toMatchObject({ fit: { tasks: 5 }, transfer: { tasks: 1 } });
    expect((await plan("--only", "mlp_L")).kinds).toMatchObject({ fit: { tasks: 4 }, craft: { tasks: 4 } });
    expect(artifacts(store)).toEqual([]);
  });

  it("--plan learns from what tasks took", async () => {
    const store = temporaryFolder();
    const planned = async () => {
      const { stdout } = await carom(["study", at("tiny.yaml"), "--plan", "--json"], { store });
      return JSON.parse(stdout).kinds;
    };
    const before = await planned();
    writeFileSync(
      join(store, "times.tsv"),
      "craft mlp\t0\t1\t7\ncraft mlp\t0\t1\t5\ncraft mlp\t0\t1\t6\ncraft mlp\t0\t",
    );
    const after = await planned();
    const { craft: was, ...rest } = before;
    const { craft: is, ...others } = after;
    expect(others).toEqual(rest);
    // Half of the crafts are on perceptrons; those take six times as long as estimated.
    expect(is.seconds).toBeGreaterThan(1.5 * was.seconds);
    expect(is.seconds).toBeLessThan(6 * was.seconds);
  });

  it("notes what tasks took, and store gc and verify leave that alone", async () => {
    const store = temporaryFolder();
    await carom(["study", at("tiny.yaml"), "--quiet", "--scale", "quick", "--out", at("noted")], { store });
    const lines = () => readFileSync(join(store, "times.tsv"), "utf8").trimEnd().split("\n");
    const noted = lines();
    // The split, 5 models with their gradients and their pairs, 4 crafts with their judges and costs, and the metrics.
    expect(noted.map((line) => line.split("\t")[0].split(" ")[0]).toSorted()).toEqual(
      Object.entries({ cost: 4, craft: 4, fit: 5, judge: 4, look: 5, pair: 1, split: 1, transfer: 1 }).flatMap(
        ([kind, count]) => Array.from({ length: count }, () => kind),
      ),
    );
    for (const line of noted) expect(line).toMatch(/^[a-z-]+( [a-z-]+)?\t-?\d\t[\d.e-]+\t[\d.e-]+$/);
    await carom(["store", "gc", "--days", "0"], { store });
    await carom(["store", "verify"], { store });
    expect([lines(), artifacts(store)]).toEqual([noted, []]);
  });

  it("runs shipped studies by name and lists them", async () => {
    const shipped = readdirSync(fileURLToPath(new URL("../studies", import.meta.url)));
    const listed = await carom(["study", "--list"]);
    const lines = listed.stdout.trimEnd().split("\n");
    const names = shipped.filter((file) => file.endsWith(".yaml")).map((file) => file.replace(/\.yaml$/, ""));
    expect(lines.map((line) => line.split(":")[0])).toEqual(names.toSorted());
    const evasion = lines.find((line) => line.startsWith("mnist89-evasion:"));
    expect(evasion).toMatch(/\(scales .*tiny.*reads \$CAROM_DATA\/.*\.gz.*\)$/);
    // Found: what is missing is its data.
    const found = await carom(["study", "mnist89-evasion", "--plan"]);
    expect([found.status, found.stderr]).toEqual([2, expect.stringMatching(/^carom: missing .*CAROM_DATA/)]);
    const misspelt = await carom(["study", "mnist89-evasoin", "--plan"]);
    expect([misspelt.status, misspelt.stderr]).toEqual([
      2,
      expect.stringMatching(/^carom: unknown study "mnist89-evasoin": .*did you mean "mnist89-evasion"\?\n$/),
    ]);
  });

  it.each([
    [
      "an unknown key",
      { repetitons: "3" },
      /unknown key "repetitons" at bad\.yaml, line 9, column \d+: .*did you mean "repetitions"\?$/,
    ],
    [
      "an unknown key inside",
      { attack: "{epsilon: [1]}" },
      /unknown key "attack\.epsilon" at bad\.yaml, line 7, column \d+: .*"epsilons"\?$/,
    ],
    ["a wrong value", { repetitions: "0" }, /invalid "repetitions" at bad\.yaml, line 2, column \d+: /],
    ["a missing part", { surrogates: "[]" }, /invalid "surrogates" at bad\.yaml, line 5, column \d+: /],
    ["broken YAML", { attack: "{epsilons: [1}" }, /invalid study file at bad\.yaml, line 7, column \d+: /],
    ["an unknown learner", { targets: "[{learner: mpl}]" }, /unknown learner "mpl": .*did you mean "mlp"\?$/],
    ["a surrogate without gradients", { surrogates: "[{learner: forest}]" }, /unsupported surrogate "forest": /],
    ["two models of one name", { targets: "[{learner: mlp}, {learner: mlp}]" }, /invalid targets: .*"mlp" twice/],
    ["parts larger than the data", { split: "{target: 300, surrogate: 300, attacked: 9}" }, /invalid split: /],
    ["a missing data file", { data: "{train: none.npz}" }, /missing data file .*none\.npz: /],
  ])("%s: one sentence with the place, status 2, no output", async (_, changes, sentence) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "points.npz"), pointsFile(40));
    writeFileSync(join(cwd, "bad.yaml"), study(changes));
    const { status, stdout, stderr } = await carom(["study", "bad.yaml", "--out", "run"], { cwd });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr.trimEnd()).toMatch(sentence);
    expect(contentOf(cwd)).toEqual(["bad.yaml", "points.npz"]);
  });

  it("says before it begins that its results do not fit on the disk, and runs when there is space", async () => {
    const disk = temporaryFolder();
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", disk]).status === 0;
    if (!mounted) {
      console.warn("skipped: this user may not mount a small disk");
      return;
    }
    try {
      const store = join(disk, "store");
      mkdirSync(store);
      const full = await carom(["study", at("tiny.yaml"), "--quiet", "--out", at("full")], { store });
      expect(full.status).toBe(2);
      expect(full.stderr).toMatch(
        /^carom: unsupported results of this size: expected at most 0\.2\d* MB, .*got about .* MB; .*make space .*\n$/,
      );
      spawnSync("mount", ["-o", "remount,size=50m", disk]);
      const more = await carom(["study", at("tiny.yaml"), "--quiet", "--out", at("roomy")], { store });
      expect(more.status).toBe(0);
      expect(metrics("roomy")).toBe(metrics("reference"));
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});
