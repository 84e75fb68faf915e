// carom evade: what it writes, that what it says of it is true, and how it ends where its input is at fault.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataset, denseRows, sliceRows, type Tensor, tensor } from "@carom/core";
import { openNpz, readSvmlight, writeNpy, writeNpz } from "@carom/core/data";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, points, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const places = temporaryFolder();
const [data, linear, network, bits, bitsModel] = [
  "data.npz",
  "linear.onnx",
  "network.onnx",
  "bits.npz",
  "bits.onnx",
].map((name) => join(folder, name));
const n = 60;
const { x, y } = points(n);

/** Twelve binary features; class 1 where most of the first five are set. */
function binary(): { readonly x: Tensor<"float32">; readonly y: Tensor<"int32"> } {
  const values = Float32Array.from({ length: n * 12 }, (_, i) =>
    (i * 7919 + Math.floor(i / 12) * 31) % 13 < 5 ? 1 : 0,
  );
  const labels = Int32Array.from({ length: n }, (_, i) =>
    values.subarray(12 * i, 12 * i + 5).reduce((sum, value) => sum + value, 0) >= 2 ? 1 : 0,
  );
  return { x: tensor("float32", [n, 12], values), y: tensor("int32", [n], labels) };
}

beforeAll(async () => {
  writeFileSync(data, pointsFile(n));
  writeFileSync(bits, writeNpz(binary()));
  for (const [learner, file, out, ...more] of [
    ["logistic", data, linear],
    ["mlp", data, network, "--set", "epochs=400"],
    ["logistic", bits, bitsModel, "--set", "C=10"],
  ]) {
    const fitted = await carom(["fit", learner, "--data", file, "--out", out, "--quiet", ...more]);
    expect(fitted).toMatchObject({ status: 0, stderr: "" });
  }
});

let runs = 0;

async function evade(...args: readonly string[]) {
  const out = join(folder, `out-${runs++}.npz`);
  const { status, stdout, stderr } = await carom(["evade", "--quiet", "--json", "--out", out, ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const bytes = new Uint8Array(readFileSync(out));
  const archive = openNpz(bytes);
  return {
    out,
    bytes,
    said: JSON.parse(stdout),
    names: archive.names,
    x: archive.read("x") as Tensor<"float32">,
    labels: archive.read("y").data as Int32Array,
    epsilon: archive.read("epsilon").data as Float64Array,
    index: archive.read("index").data as Int32Array,
  };
}

const row = (all: Tensor<"float32">, i: number) => all.data.subarray(i * all.shape[1], (i + 1) * all.shape[1]);

describe("carom evade", () => {
  it.each(["linear", "network"])("writes k N rows that keep their budgets, %s", async (which) => {
    const model = which === "linear" ? linear : network;
    const result = await evade("--model", model, "--data", data, "--epsilon", "0.3,0.1", "--box", "0,1");
    expect(result.names).toEqual(["x", "y", "epsilon", "index"]);
    expect(result.x.shape).toEqual([2 * n, 4]);
    for (let i = 0; i < 2 * n; i++) {
      const from = i % n;
      expect([result.index[i], result.labels[i], result.epsilon[i]]).toEqual([from, y.data[from], i < n ? 0.1 : 0.3]);
      const change = Array.from(row(result.x, i), (value, j) => value - row(x, from)[j]);
      expect(Math.hypot(...change)).toBeLessThanOrEqual(result.epsilon[i] + 1e-6);
      for (const value of row(result.x, i)) expect(value >= 0 && value <= 1).toBe(true);
    }
    const [small, large] = result.said.budgets;
    expect(small.largest).toBeCloseTo(0.1, 5);
    expect(result.said.cleanError.count).toBeLessThan(small.errorUnderAttack.count);
    expect(small.errorUnderAttack.count).toBeLessThan(large.errorUnderAttack.count);
    // What it says is what carom score finds in the file.
    const scored = await carom(["score", "--model", model, "--data", result.out, "--json"]);
    expect(JSON.parse(scored.stdout).error.count).toBe(small.errorUnderAttack.count + large.errorUnderAttack.count);
  });

  it("points that wait on disk until they are written are those of the same rows by themselves", async () => {
    // Beyond 8 MB they leave memory.
    const [rows, columns] = [1050, 1000];
    const many = {
      x: tensor(
        "float32",
        [rows, columns],
        Float32Array.from({ length: rows * columns }, (_, i) => (i * 7919) % 17),
      ),
      y: tensor(
        "int32",
        [rows],
        Int32Array.from({ length: rows }, (_, i) => (((i * columns * 7919) % 17) + i) % 2),
      ),
    };
    const few = { x: sliceRows(many.x, 1000, rows), y: sliceRows(many.y, 1000, rows) };
    const [all, last, model] = ["many.npz", "few.npz", "wide.onnx"].map((name) => join(folder, name));
    writeFileSync(all, writeNpz(many));
    writeFileSync(last, writeNpz(few));
    await carom(["fit", "ridge", "--data", last, "--out", model, "--quiet"]);
    const how = ["--model", model, "--attack", "fgm", "--epsilon", "0.5,2", "--box", "0,16", "--data"];
    const [whole, part] = [await evade(...how, all), await evade(...how, last)];
    expect(whole.x.shape).toEqual([2 * rows, columns]);
    for (const budget of [0, 1]) {
      const own = sliceRows(whole.x, budget * rows + 1000, (budget + 1) * rows);
      expect(own.data).toEqual(sliceRows(part.x, budget * 50, (budget + 1) * 50).data);
      expect(own.data).not.toEqual(few.x.data);
    }
    const scored = await carom(["score", "--model", model, "--data", whole.out, "--json"]);
    const wrong = whole.said.budgets.map(
      (each: { errorUnderAttack: { count: number } }) => each.errorUnderAttack.count,
    );
    expect(JSON.parse(scored.stdout).error.count).toBe(wrong[0] + wrong[1]);
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("writes the same bytes for the same seed", async () => {
    const args = ["--model", network, "--data", data, "--epsilon", "0.2", "--norm", "linf"];
    expect((await evade(...args)).bytes).toEqual((await evade(...args)).bytes);
  });

  it("writes the same bytes whatever the number of processes", async () => {
    // Two blocks of rows: at most 256 of so many features are attacked side by side.
    const [rows, columns] = [300, 1024];
    const { x: own, y } = points(rows);
    const wide = Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return column < 4 ? own.data[4 * row + column] : ((row * 31 + column * 17) % 8) / 8;
    });
    const [file, model] = [join(folder, "columns.npz"), join(folder, "columns.onnx")];
    writeFileSync(file, writeNpz({ x: tensor("float32", [rows, columns], wide), y }));
    await carom(["fit", "logistic", "--data", file, "--out", model, "--quiet"]);
    const args = ["--model", model, "--data", file, "--epsilon", "0.1,0.4", "--attack", "pgd", "--set", "steps=5"];
    const one = await evade(...args, "--workers", "1");
    for (const workers of ["2", "3"]) {
      const several = await evade(...args, "--workers", workers);
      expect(several.bytes).toEqual(one.bytes);
      expect({ ...several.said, out: "" }).toEqual({ ...one.said, out: "" });
    }
  });

  it("--class and --target-class choose rows; --false-alarms adds the share that evades detection", async () => {
    const one = await evade(
      "--model",
      linear,
      "--data",
      data,
      "--epsilon",
      "0.4",
      "--class",
      "7",
      "--false-alarms",
      "0.1",
    );
    expect(one.labels.every((label) => label === 7)).toBe(true);
    expect(Array.from(one.index)).toEqual(Array.from(y.data.keys()).filter((i) => y.data[i] === 7));
    const { detection, budgets } = one.said;
    const others = y.data.filter((label) => label === 3).length;
    expect(detection.falseAlarms).toMatchObject({ count: Math.floor(0.1 * others), n: others });
    expect(budgets[0].evasion.n).toBe(one.index.length);
    const sent = await evade("--model", linear, "--data", data, "--epsilon", "0.4", "--target-class", "3");
    expect(sent.labels.every((label) => label === 7)).toBe(true);
    expect(sent.said.budgets[0].onTarget.count).toBe(budgets[0].errorUnderAttack.count);
    expect(sent.said.ofTargetClass).toBe(others);
    // Of two classes every objective leads an affine model the same way.
    const raised = await evade(
      ...["--model", linear, "--data", data, "--epsilon", "0.4", "--target-class", "3"],
      ...["--objective", "logit-margin", "--attack", "apgd"],
    );
    expect(raised.said.objective).toBe("logit-margin");
    expect(raised.said.budgets[0].onTarget).toEqual(sent.said.budgets[0].onTarget);
  });

  it("--boosters for images know the shape of the data where the model takes flat rows, and mix in its other classes", async () => {
    const images = join(folder, "images.npz");
    writeFileSync(images, writeNpz({ x: tensor("float32", [n, 2, 2], x.data), y }));
    const args = ["--model", network, "--epsilon", "0.3", "--boosters", "admix,ti", "--set", "ti.kernel=3"];
    const { said } = await evade(...args, "--data", images);
    expect(said.budgets[0].errorUnderAttack.estimate).toBeGreaterThan(said.cleanError.estimate);
    const flat = await carom(["evade", ...args, "--data", data, "--out", join(folder, "flat.npz")]);
    expect(flat.stderr).toMatch(/^carom: unsupported features for booster admix: expected images: .*shape \[4\]/);
  });

  it("--attack universal moves all rows of a class alike, but for the box", async () => {
    const args = ["--model", linear, "--data", data, "--epsilon", "0.3", "--attack", "universal"];
    const { x: moved, said } = await evade(...args, "--set", "perClass=true");
    const moves = Array.from({ length: n }, (_, i) => row(moved, i).map((value, j) => value - row(x, i)[j]));
    for (const label of [3, 7]) {
      const of = moves.filter((_, i) => y.data[i] === label);
      const largest = of[0].map((_, j) => of.reduce((most, each) => Math.max(most, Math.abs(each[j])), 0));
      expect(Math.hypot(...largest)).toBeLessThanOrEqual(0.3 + 1e-6);
      expect(Math.hypot(...largest)).toBeGreaterThan(0.29);
    }
    expect(said.budgets[0].errorUnderAttack.estimate).toBeGreaterThan(said.cleanError.estimate + 0.2);
  });

  it("--mask leaves features alone, --round 8bit writes multiples of 1/255", async () => {
    const mask = join(folder, "mask.npy");
    writeFileSync(mask, writeNpy(tensor("uint8", [4], [1, 0, 1, 1])));
    const args = ["--model", linear, "--data", data, "--epsilon", "0.3", "--box", "0,1", "--mask", mask];
    const { x: moved } = await evade(...args, "--round", "8bit");
    let changed = 0;
    for (let i = 0; i < n; i++) {
      expect(row(moved, i)[1]).toBe(row(x, i)[1]);
      for (const j of [0, 2, 3]) {
        const value = row(moved, i)[j];
        if (value === row(x, i)[j]) continue;
        changed++;
        expect(value).toBe(Math.fround(Math.round(255 * value) / 255));
      }
    }
    expect(changed).toBeGreaterThan(n);
  });

  it("--add-only sets binary features and clears none, as many as the budget says", async () => {
    const { x: clean } = binary();
    const args = ["--model", bitsModel, "--data", bits, "--norm", "l1", "--epsilon", "1,3", "--add-only"];
    const { x: moved, said } = await evade(...args);
    expect(said).toMatchObject({ attack: "flips", norm: "l1", direction: "add" });
    for (let i = 0; i < 2 * n; i++) {
      const [before, after] = [row(clean, i % n), row(moved, i)];
      expect(after.every((value, j) => (value === 0 || value === 1) && value >= before[j])).toBe(true);
      expect(after.reduce((sum, value, j) => sum + value - before[j], 0)).toBeLessThanOrEqual(i < n ? 1 : 3);
    }
    expect(said.budgets[1].largest).toBe(3);
  });

  it("takes sparse rows as it takes the same rows written out", async () => {
    const { x: clean, y: labels } = binary();
    const lines = Array.from(labels.data, (label, i) => {
      const set = Array.from(row(clean, i)).flatMap((value, j) => (value === 1 ? [`${j + 1}:1`] : []));
      return `${label} ${set.join(" ")}`;
    });
    const sparse = join(folder, "bits.svmlight");
    writeFileSync(sparse, `${lines.join("\n")}\n`);
    const args = ["--model", bitsModel, "--norm", "l1", "--epsilon", "2", "--remove-only"];
    const [a, b] = [await evade(...args, "--data", bits), await evade(...args, "--data", sparse, "--columns", "12")];
    expect(b.bytes).toEqual(a.bytes);
    expect(a.x.data.some((value, i) => value < clean.data[i])).toBe(true);
    expect(a.x.data.every((value, i) => value <= clean.data[i])).toBe(true);
  });

  it("writes sparse rows as sparse rows, the points that it writes out to .npz, and says the same of them", async () => {
    const { x: clean, y: labels } = binary();
    const lines = Array.from(labels.data, (label, i) => {
      const set = Array.from(row(clean, i)).flatMap((value, j) => (value === 1 ? [`${j + 1}:1`] : []));
      return `${label} ${set.join(" ")}`;
    });
    const sparse = join(folder, "rows.svmlight");
    writeFileSync(sparse, `${lines.join("\n")}\n`);
    for (const kind of [
      ["--add-only", "--norm", "l1"],
      ["--norm", "l2"],
    ]) {
      const args = ["--model", bitsModel, "--epsilon", "1,2", "--data", sparse, "--columns", "12", ...kind];
      const dense = await evade(...args);
      const out = join(folder, `adv-${kind.length}.svmlight`);
      const { stdout, stderr } = await carom(["evade", "--quiet", "--json", ...args, "--out", out]);
      expect(stderr).toBe("");
      const { budgets, cleanError } = JSON.parse(stdout);
      expect({ budgets, cleanError }).toEqual({ budgets: dense.said.budgets, cleanError: dense.said.cleanError });
      const text = readFileSync(out, "utf8");
      const { features, labels: read } = readSvmlight(new TextEncoder().encode(text), "adv", { columns: 12 });
      expect(read).toEqual(Array.from(dense.labels));
      const { data } = denseRows(dataset({ features, labels: read }));
      expect(Array.from(data, Math.fround)).toEqual(Array.from(dense.x.data));
      expect(text.split("\n")[n + 3]).toMatch(/^[01] .*# epsilon 2 index 3$/);
    }
  });

  it("--min-epsilon finds budgets that do, of which a tenth less would not", async () => {
    const out = join(folder, "smallest.npz");
    const args = ["evade", "--quiet", "--json", "--model", linear, "--data", data, "--box", "0,1"];
    const { stdout, stderr } = await carom([...args, "--min-epsilon", "--out", out]);
    expect(stderr).toBe("");
    const said = JSON.parse(stdout);
    const archive = openNpz(new Uint8Array(readFileSync(out)));
    const [found, moved] = [archive.read("epsilon").data as Float64Array, archive.read("x") as Tensor<"float32">];
    expect(said.minimumEpsilon.none).toBe(0);
    expect(said.budgets[0].errorUnderAttack.count).toBe(n);
    expect(said.budgets[0].largest).toBeCloseTo(Math.max(...found), 5);
    expect(found.filter((epsilon) => epsilon === 0).length).toBe(said.cleanError.count);
    found.forEach((epsilon, i) => {
      const change = Array.from(row(moved, i), (value, j) => value - row(x, i)[j]);
      expect(Math.hypot(...change)).toBeLessThanOrEqual(epsilon * 1.001 + 1e-6);
    });
    // At the median, about half of the points must fall; a tenth below the smallest, none but those that are wrong.
    const smallest = Math.min(...found.filter((epsilon) => epsilon > 0));
    const budgets = [0.9 * smallest, said.minimumEpsilon.quartiles[1] * 1.001];
    const fixed = await evade("--model", linear, "--data", data, "--box", "0,1", "--epsilon", budgets.join());
    expect(fixed.said.budgets[0].errorUnderAttack.count).toBe(said.cleanError.count);
    expect(fixed.said.budgets[1].errorUnderAttack.count).toBe(found.filter((epsilon) => epsilon <= budgets[1]).length);
  });

  it("raises the mean margin of several models, and judges each", async () => {
    const args = ["--data", data, "--epsilon", "0.15", "--box", "0,1"];
    const both = await evade("--model", linear, network, ...args);
    const alone = await Promise.all([linear, network].map((model) => evade("--model", model, ...args)));
    expect(both.said.models.map(({ model }: { model: string }) => model)).toEqual([linear, network]);
    const errors = (said: { budgets: { errorUnderAttack: { count: number } }[] }) =>
      said.budgets[0].errorUnderAttack.count;
    both.said.models.forEach((said: Parameters<typeof errors>[0], i: number) => {
      // No point of the mean may beat the attack on the model alone, and all are their own.
      expect(errors(said)).toBeLessThanOrEqual(errors(alone[i].said));
      expect(errors(said)).toBeGreaterThan(alone[i].said.cleanError.count);
      expect(both.x.data).not.toEqual(alone[i].x.data);
    });
    const swapped = await evade("--model", network, linear, ...args);
    const [a, b] = [both, swapped].map(({ said }) => said.models.map(errors));
    expect(Math.abs(a[0] - b[1]) + Math.abs(a[1] - b[0])).toBeLessThanOrEqual(2);
  });

  it("--list names every attack with its options", async () => {
    const { stdout } = await carom(["evade", "--list"]);
    for (const name of ["line-search", "pgd", "fgm", "flips", "noise", "momentum"]) expect(stdout).toContain(name);
  });
});

const common = ["evade", "--model", linear, "--data", data, "--epsilon", "0.2", "--out", "adv.npz"];
const change = (option: string, value: string) => common.map((each, i) => (common[i - 1] === option ? value : each));
const shortMask = join(folder, "short.npy");
const wide = join(folder, "wide.npz");
const words = join(folder, "words.onnx");
writeFileSync(shortMask, writeNpy(tensor("uint8", [3], [1, 0, 1])));
writeFileSync(
  wide,
  writeNpz({ x: tensor("float32", [40, 6], x.data), y: tensor("int32", [40], y.data.subarray(0, 40)) }),
);
writeFileSync(words, "these are words, and no model at all");

const faults: readonly (readonly [what: string, args: readonly string[], sentence: RegExp])[] = [
  ["a negative epsilon", change("--epsilon", "-1"), /^invalid option --epsilon: expected positive numbers.*"-1"/],
  ["an epsilon that is no number", change("--epsilon", "much"), /^invalid option --epsilon: .*got "much"/],
  ["a box that does not contain the data", [...common, "--box", "0,0.5"], /^invalid .*0\.5/],
  ["a mask of the wrong length", [...common, "--mask", shortMask], /^invalid mask .*expected 4 entries.*got 3/],
  ["a mask that is not there", [...common, "--mask", "none.npy"], /^missing mask none\.npy/],
  [
    "a smallest budget of each point for a perturbation that all share",
    [
      ...common.filter((each, i) => each !== "--epsilon" && common[i - 1] !== "--epsilon"),
      "--min-epsilon",
      "--attack",
      "universal",
    ],
    /^invalid option --min-epsilon: expected budgets/,
  ],
  [
    "an objective that does not exist",
    [...common, "--objective", "logits"],
    /unknown objective "logits": .*did you mean "logit"/,
  ],
  [
    "a target class that does not exist",
    [...common, "--target-class", "5"],
    /^unknown class "5": expected one of 3, 7/,
  ],
  ["a class that does not exist", [...common, "--class", "5"], /^unknown class "5"/],
  [
    "a class sent to itself",
    [...common, "--class", "3", "--target-class", "3"],
    /^invalid data: expected rows of class 3 other/,
  ],
  [
    "--add-only with other than binary data",
    [...common, "--add-only"],
    /^invalid features for --add-only: expected binary/,
  ],
  [
    "--add-only and --remove-only",
    [...common, "--add-only", "--remove-only"],
    /^invalid options --add-only and --remove/,
  ],
  [
    "--kind integer with fractions",
    [...common, "--kind", "integer"],
    /^invalid features for --kind: expected integers/,
  ],
  ["a model that takes other rows", change("--data", wide), /^invalid data for .*rows of 4 features.*rows of 6/],
  ["no ONNX file", change("--model", words), /^invalid ONNX file/],
  [
    "a forest, which has no gradients",
    change("--model", join(folder, "forest.onnx")),
    /^unsupported model to attack: expected (?!.*expected).*, got node "forest" .*TreeEnsemble/,
  ],
  ["an unknown norm", [...common, "--norm", "l3"], /^unknown norm "l3": expected one of l/],
  ["an unknown attack", [...common, "--attack", "pdg"], /^unknown attack "pdg": .*did you mean "pgd"\?/],
  [
    "an unknown option of an attack",
    [...common, "--attack", "pgd", "--set", "stps=2"],
    /^unknown option of pgd "stps"/,
  ],
  [
    "flips of real features",
    [...common, "--attack", "flips", "--norm", "l1"],
    /^unsupported features for attack flips/,
  ],
  ["--false-alarms without --class", [...common, "--false-alarms", "0.01"], /^missing option --class/],
  [
    "another kind of output",
    change("--out", "adv.csv"),
    /^invalid option --out: expected a file name that ends in \.npz or/,
  ],
  ["a read-only place", change("--out", "/proc/adv.npz"), /^invalid output .*place that can be written to/],
  ["--epsilon and --min-epsilon", [...common, "--min-epsilon"], /^invalid options --epsilon and --min-epsilon/],
  [
    "models of other classes",
    change("--model", linear).flatMap((each) => (each === linear ? [linear, bitsModel] : [each])),
    /^unknown class "3": expected classes 0, 1, got classes 3, 7/,
  ],
  ["no --epsilon", common.filter((each) => !["--epsilon", "0.2"].includes(each)), /^missing option --epsilon/],
];

describe("a fault of the input of evade", () => {
  beforeAll(async () => {
    const forest = [
      "fit",
      "forest",
      "--data",
      data,
      "--out",
      join(folder, "forest.onnx"),
      "--set",
      "trees=2",
      "--quiet",
    ];
    expect((await carom(forest)).status).toBe(0);
  });

  it.concurrent.each(faults)("%s: status 2, one sentence, nothing written", async (_, args, sentence) => {
    const cwd = mkdtempSync(join(places, "cwd-"));
    const { status, stdout, stderr } = await carom([...args, "--quiet"], { cwd });
    expect(stderr).toMatch(
      /^carom: (missing|invalid|unknown|unsupported) [^\n]+: expected [^\n]+, got [^\n]+; [^\n]+\n$/,
    );
    expect(stderr.slice("carom: ".length)).toMatch(sentence);
    expect([status, stdout, contentOf(cwd)]).toEqual([2, "", []]);
  });
});

const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));
const small = join(folder, "small");
mkdirSync(small);
/** Runs a shell command with a file system of 16 KB mounted at `small`. */
const onSmallDisk = (command: string, args: readonly string[] = []) =>
  spawnSync("unshare", ["-rm", "sh", "-c", `mount -t tmpfs -o size=16k carom "$0" && ${command}`, small, ...args], {
    encoding: "utf8",
  });
const canMount = onSmallDisk("true").status === 0;

describe.skipIf(!canMount)("a disk that fills up", () => {
  it("ends with status 2 and one sentence, and leaves no part of the file", () => {
    const many = join(folder, "many.npz");
    writeFileSync(many, pointsFile(2000));
    const args = [
      "evade",
      "--model",
      linear,
      "--data",
      many,
      "--epsilon",
      "0.1,0.2",
      "--quiet",
      "--out",
      join(small, "adv.npz"),
    ];
    const { stdout, stderr } = onSmallDisk(`"$@"; echo "status $?"; ls -A "$0"`, [process.execPath, main, ...args]);
    expect(stderr).toMatch(/^carom: invalid output [^\n]+, got a full disk; make space[^\n]+\n$/);
    expect(stdout).toBe("status 2\n");
  });
});
