// Do our boosters transfer as those of TransferAttack do, and how long does one gradient take?
// node boosters.mjs FOLDER CLONE [rounds] [epsilon] [attacks]; networks and points by `boosters.py fit`, CLONE a
// checkout of TransferAttack, Python with PyTorch (and timm, pandas, which it imports) in CAROM_BENCH_PYTHON.
//
// The same networks and points, steps and options; each round is another seed of both sides, which take turns on one
// thread. Both climb the cross-entropy, as TransferAttack does. Ours are measured twice: as they are, and with
// neighbours that may leave the box, as its are. A difference is the mean over points of what each gains, taken over
// the rounds, with its interval of 95 % over points.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argMax, evasionByName, modelFromBytes, norms, openModel, runAttack, runtimeFrom } from "@carom/core";
import { boosterByName, boosters, buildEvasion, chooseBooster, objectives } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { conditions, median, printTable } from "../paired.mjs";
import { readArrays } from "./evasion/models.mjs";
import { startPeer } from "./evasion/peer.mjs";

const [folder, clone, rounds = "3", epsilon = "0.15", wanted] = process.argv.slice(2);
const steps = 10;

/**
 * What the attacks of TransferAttack are here: boosters with their options.
 *
 * @type {Record<string, readonly (readonly [string, object])[]>}
 */
const attacks = {
  mi: [],
  ni: [["ni", {}]],
  vmi: [["vmi", {}]],
  vni: [
    ["ni", {}],
    ["vmi", {}],
  ],
  emi: [["emi", {}]],
  gra: [["gra", {}]],
  pgn: [["pgn", {}]],
  di: [["di", { rate: 1.3 }]],
  ti: [["ti", { kernel: 3 }]],
  si: [["si", {}]],
  admix: [["admix", {}]],
  bsr: [["bsr", {}]],
  sia: [["sia", {}]],
  ensemble: [],
};

const { x, y } = readArrays(folder, "points");
const labels = y.data;
/** What Admix mixes in: the points of other classes, where TransferAttack takes any of them. */
const clean = { labels, row: (/** @type {number} */ k) => x.data.subarray(784 * k, 784 * (k + 1)) };
const runtime = runtimeFrom(ort);
const open = async (/** @type {string} */ name) =>
  (await openModel(runtime, modelFromBytes(readFileSync(join(folder, `${name}.onnx`))))).differentiable;
const [surrogate, second, target] = await Promise.all(["surrogate", "second", "target"].map(open));
const threat = { norm: norms.linf, domain: uniformDomain(784, 0, 1) };

/** Our attack; with free neighbours, points that gradients are asked about may leave the box. */
async function ours(/** @type {string} */ name, /** @type {number} */ seed, isFree = false) {
  const chosen = attacks[name].map(([booster, options]) =>
    chooseBooster(boosterByName(booster), options, threat, x.shape.slice(1)),
  );
  const built = buildEvasion(evasionByName("pgd"), { steps, stepSize: 1 / steps, momentum: 1 }, threat, chosen);
  /** @type {typeof built} */
  const attack = (context) => built(isFree ? { ...context, clip() {} } : context);
  const [start, before] = [performance.now(), process.cpuUsage()];
  const { points, queries } = await runAttack(attack, {
    models: name === "ensemble" ? [surrogate, second] : [surrogate],
    x,
    labels,
    threat: { ...threat, epsilon: Number(epsilon) },
    objective: objectives["cross-entropy"],
    clean,
    seed,
  });
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - start) / 1000;
  const errs = async (/** @type {typeof target} */ model) =>
    Array.from(argMax(await model.scores(points)), (label, i) => Number(label !== labels[i]));
  return {
    errs: await errs(target),
    own: await errs(surrogate),
    wall,
    processor: (user + system) / 1e6,
    gradients: queries.gradients,
  };
}

/** @typedef {Awaited<ReturnType<typeof ours>>} Result */

const share = (/** @type {ArrayLike<number>} */ values) =>
  Array.from(values).reduce((sum, each) => sum + each, 0) / values.length;
const percent = (/** @type {number} */ value) => (100 * value).toFixed(1);

/** By point: the share of rounds in which the target errs. */
const shares = (/** @type {readonly Result[]} */ results) =>
  Array.from(labels, (_, i) => share(results.map(({ errs }) => errs[i])));

/** The mean difference between two sides and its interval of 95 %, in percentage points. */
function difference(/** @type {readonly Result[]} */ first, /** @type {readonly Result[]} */ other) {
  const theirs = shares(other);
  const differences = shares(first).map((value, i) => value - theirs[i]);
  const mean = share(differences);
  const variance = share(differences.map((each) => (each - mean) ** 2)) * (labels.length / (labels.length - 1));
  const half = 1.96 * Math.sqrt(variance / labels.length);
  return `${percent(mean)} [${percent(mean - half)}, ${percent(mean + half)}]`;
}

const peer = await startPeer("../boosters.py", ["serve", folder, clone]);
console.log(conditions(peer.versions));
console.log(
  `Linf ${epsilon}, ${steps} steps, ${labels.length} points, ${rounds} rounds; share of points that the target ` +
    "errs on, %",
);
const names = (wanted?.split(",") ?? Object.keys(attacks)).filter((name) =>
  attacks[name].every(([booster]) => booster in boosters),
);
const hasNeighbours = (/** @type {string} */ name) =>
  attacks[name].some(([booster]) => ["lookAhead", "neighbours"].includes(boosters[booster].stage));
const plain = await ours("mi", 1);
const rows = [];
for (const name of names) {
  /** @type {{ theirs: Result, ours: Result, free: Result }[]} */
  const turns = [];
  // Everything is compiled and loaded before it is timed.
  await ours(name, 0);
  await peer.ask({ attack: name, epsilon: Number(epsilon), seed: 0 });
  for (let seed = 1; seed <= Number(rounds); seed++) {
    const ask = () => peer.ask({ attack: name, epsilon: Number(epsilon), seed });
    const first = seed % 2 ? await ours(name, seed) : undefined;
    const theirs = await ask();
    const own = first ?? (await ours(name, seed));
    turns.push({ theirs, ours: own, free: hasNeighbours(name) ? await ours(name, seed, true) : own });
  }
  const [theirs, own, free] = /** @type {const} */ (["theirs", "ours", "free"]).map((side) =>
    turns.map((turn) => turn[side]),
  );
  const success = (/** @type {readonly Result[]} */ results, /** @type {"errs" | "own"} */ on = "errs") =>
    percent(share(results.flatMap((result) => result[on])));
  const time = (/** @type {readonly Result[]} */ results) =>
    median(results.map(({ processor, gradients }) => (1e6 * processor) / gradients));
  rows.push([
    name,
    (own[0].gradients / labels.length).toFixed(0),
    (theirs[0].gradients / labels.length).toFixed(0),
    success(theirs),
    success(own),
    difference(own, theirs),
    success(free),
    difference(free, theirs),
    difference(own, [plain]),
    `${success(theirs, "own")} / ${success(own, "own")}`,
    time(theirs).toFixed(0),
    time(own).toFixed(0),
    median(turns.map((turn) => time([turn.ours]) / time([turn.theirs]))).toFixed(2),
  ]);
  console.error(rows.at(-1).join("  "));
}
printTable(
  [
    "attack",
    "gradients",
    "theirs",
    "% theirs",
    "% ours",
    "difference",
    "% free",
    "difference",
    "ours over MI",
    "% surrogate: theirs / ours",
    "us per gradient: theirs",
    "ours",
    "ratio",
  ],
  rows,
);
peer.close();
await Promise.all([surrogate, second, target].map((model) => model.close()));
