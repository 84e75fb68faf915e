// What every evasion attack must do, checked from outside: from the points it returns and the questions it asks.

import { expect } from "vitest";
import type { Attack, AttackState } from "../../src/attacks/attack.ts";
import { type AnyEvasionAttack, buildEvasion } from "../../src/attacks/evasion/evasionAttack.ts";
import { noiseAttack } from "../../src/attacks/evasion/noise.ts";
import { runAttack } from "../../src/attacks/run.ts";
import type { AttackTask } from "../../src/attacks/task.ts";
import { type Dataset, denseRows, rowCount, takeRows } from "../../src/data/dataset.ts";
import type { Vector } from "../../src/linalg.ts";
import type { Differentiable } from "../../src/models/open.ts";
import { parseOptions } from "../../src/registry.ts";
import { toFloat } from "../../src/tensor.ts";
import type { Norm } from "../../src/threat/norm.ts";
import type { BudgetedThreat } from "../../src/threat/threat.ts";
import {
  bestIncrease,
  binaryPoints,
  boundsOf,
  boxPoints,
  marginOf,
  openLinear,
  randomFunctions,
  rowAt,
} from "../linearWorld.ts";

const seed = 23;
const [n, d] = [30, 40];
/** An attack that asks for gradients gains at least this share of the best possible increase on a linear model. */
const SHARE = 0.5;
/** And at least this many times what noise of the same norm and budget gains. */
const TIMES = 2;

const [f] = randomFunctions(seed, 1, d);

export interface AttackCase {
  readonly name: string;
  check(entry: AnyEvasionAttack, norm: Norm): Promise<void>;
}

/** Points and threat model of the kind that an attack is made for. */
function world(entry: AnyEvasionAttack, norm: Norm) {
  const data = entry.capabilities.discrete ? binaryPoints(seed, n, d) : boxPoints(seed, n, d);
  const epsilon = entry.capabilities.discrete ? 4 : { l0: 4, l1: 2, l2: 0.7, linf: 0.1 }[norm.name];
  return { data, threat: { norm, domain: data.domain, epsilon } satisfies BudgetedThreat };
}

/** The linear model, opened once: its scores know nothing of the points that it is asked about. */
const opening = openLinear([f], boxPoints(seed, n, d));

async function attacked(attack: Attack, data: Dataset, threat: BudgetedThreat, more: Partial<AttackTask> = {}) {
  const models = more.models ?? [(await opening).opened];
  return runAttack(attack, { models, x: denseRows(data), labels: data.labels, threat, seed, ...more });
}

/**
 * Options for points of two classes of equal size, where one perturbation for both would help as many as it hurts; and
 * for a search through all features in turn, of which the first few gain most.
 */
const suited: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  universal: { perClass: true },
  beam: { changes: 8 },
};

const built = (entry: AnyEvasionAttack, threat: BudgetedThreat) =>
  buildEvasion(entry, suited[entry.name] ?? {}, threat);

/** What an attack does to the points that it is made for, as seen from outside; most cases are about the same run. */
async function observe(entry: AnyEvasionAttack, norm: Norm) {
  const { data, threat } = world(entry, norm);
  const { opened } = await opening;
  const asked = { scores: 0, gradients: 0 };
  const counting: Differentiable = {
    ...opened,
    scores(x) {
      asked.scores += x.shape[0];
      return opened.scores(x);
    },
    inputGradient(loss, x, labels) {
      asked.gradients += x.shape[0];
      return opened.inputGradient(loss, x, labels);
    },
    ascend(ascent) {
      asked.gradients += ascent.steps * ascent.labels.length;
      return opened.ascend!(ascent);
    },
  };
  const x = structuredClone(denseRows(data));
  const result = await attacked(built(entry, threat), data, threat, { models: [counting], x });
  return { data, threat, x, asked, result };
}

const observed = new WeakMap<AnyEvasionAttack, Map<Norm, ReturnType<typeof observe>>>();

/** The run of an attack under a norm: the first who asks for it has it made. */
function observation(entry: AnyEvasionAttack, norm: Norm): ReturnType<typeof observe> {
  const own = observed.get(entry) ?? new Map<Norm, ReturnType<typeof observe>>();
  const run = own.get(norm) ?? observe(entry, norm);
  observed.set(entry, own.set(norm, run));
  return run;
}

/** Checks flat points against ball, box, mask and direction, rounding of float32 aside. */
function expectAdmissible(points: Vector, data: Dataset, threat: BudgetedThreat): void {
  for (let i = 0; i < rowCount(data); i++) {
    const row = rowAt(data, i);
    const { lower, upper } = boundsOf(threat, row);
    const moved = Float64Array.from(points.subarray(i * d, (i + 1) * d));
    expect(moved.every((value, j) => value >= lower[j] - 1e-7 && value <= upper[j] + 1e-7)).toBe(true);
    const size = threat.norm.measure(moved.map((value, j) => value - row[j]));
    expect(size).toBeLessThanOrEqual((threat.epsilon as number) * (1 + 1e-6) + 1e-6);
  }
}

/** The mean increase of the margin that points bring, by the formula of the linear model. */
function meanIncrease(points: Vector, data: Dataset): number {
  let sum = 0;
  data.labels.forEach((label, i) => {
    const moved = points.subarray(i * d, (i + 1) * d);
    sum += (marginOf(f, moved, label).clean - marginOf(f, rowAt(data, i), label).clean) / n;
  });
  return sum;
}

export const attackCases: readonly AttackCase[] = [
  {
    name: "asks for about as many rows as it says: for searches within a factor of ten, at most twice",
    async check(entry, norm) {
      const { queries } = (await observation(entry, norm)).result;
      const options = parseOptions(entry, suited[entry.name] ?? {});
      const said = entry.asks(options, d);
      for (const what of ["scores", "gradients"] as const) {
        expect(queries[what] / n, what).toBeLessThanOrEqual(2 * said[what] + 2);
        expect(queries[what] / n, what).toBeGreaterThanOrEqual(said[what] / 10);
      }
      if (!entry.gradients) return;
      expect(queries.gradients / n).toBe(entry.gradients(options));
      expect(said.gradients).toBe(entry.gradients(options));
    },
  },
  {
    name: "stays within budget and domain, and states sizes and objectives that are true",
    async check(entry, norm) {
      const { data, threat, result } = await observation(entry, norm);
      expectAdmissible(result.points.data, data, threat);
      data.labels.forEach((label, i) => {
        const moved = result.points.data.subarray(i * d, (i + 1) * d);
        const row = rowAt(data, i);
        expect(result.size[i]).toBeCloseTo(norm.measure(Float64Array.from(moved, (v, j) => v - row[j])), 5);
        expect(result.objective[i]).toBeCloseTo(marginOf(f, moved, label).clean, 4);
      });
    },
  },
  {
    name: "leaves its input as it was",
    async check(entry, norm) {
      const { data, threat, x } = await observation(entry, norm);
      const { data: fresh } = world(entry, norm);
      expect([x, data.labels]).toEqual([denseRows(fresh), fresh.labels]);
      const wide = structuredClone(toFloat(x, "float64"));
      await attacked(built(entry, threat), data, threat, { x: wide });
      expect([wide, data.labels]).toEqual([toFloat(denseRows(fresh), "float64"), fresh.labels]);
    },
  },
  {
    name: "is the same for the same seed",
    async check(entry, norm) {
      const { data, threat, result } = await observation(entry, norm);
      expect(await attacked(built(entry, threat), data, threat)).toEqual(result);
    },
  },
  {
    name: "does to a point the same in any batch",
    async check(entry, norm) {
      const { data, threat, result: together } = await observation(entry, norm);
      const ids = Int32Array.of(17, 3, 29);
      const apart = await attacked(built(entry, threat), takeRows(data, ids), threat, { ids });
      ids.forEach((i, row) => {
        expect(apart.points.data.subarray(row * d, (row + 1) * d)).toEqual(
          together.points.data.subarray(i * d, (i + 1) * d),
        );
      });
    },
  },
  {
    name: "heeds masks and directions",
    async check(entry, norm) {
      const { data, threat } = world(entry, norm);
      const changeable = Uint8Array.from({ length: d }, (_, j) => (j % 4 === 0 ? 0 : 1));
      for (const direction of ["add", "remove"] as const) {
        const narrow = { ...threat, changeable, direction };
        const { points } = await attacked(built(entry, narrow), data, narrow);
        expectAdmissible(points.data, data, narrow);
        const x = denseRows(data).data;
        expect(points.data.some((value, i) => value !== x[i])).toBe(true);
      }
    },
  },
  {
    name: "yields its states, numbered in ascending order, admissible each",
    async check(entry, norm) {
      const { data, threat } = world(entry, norm);
      const iterations: number[] = [];
      const onState = ({ iteration, points }: AttackState) => {
        iterations.push(iteration);
        expectAdmissible(points.data, data, threat);
      };
      const result = await attacked(built(entry, threat), data, threat, { onState });
      expect(iterations.length).toBeGreaterThan(0);
      expect(iterations.every((each, i) => i === 0 || each > iterations[i - 1])).toBe(true);
      expect(result.iterations).toBeGreaterThanOrEqual(iterations[iterations.length - 1]);
    },
  },
  {
    name: "asks as many questions as it is charged for, gradients only if it says so",
    async check(entry, norm) {
      const { asked, result } = await observation(entry, norm);
      expect(result.queries).toEqual(asked);
      expect(asked.gradients > 0).toBe(entry.capabilities.gradients);
    },
  },
  {
    name: `gains ${SHARE} of the best increase there is, ${TIMES} times as much as noise`,
    async check(entry, norm) {
      const { data, threat, result } = await observation(entry, norm);
      const noise = await attacked(noiseAttack(), data, threat);
      let best = 0;
      data.labels.forEach((label, i) => {
        const row = rowAt(data, i);
        best += bestIncrease(norm.name, marginOf(f, row, label).slopes, row, threat.epsilon, boundsOf(threat, row)) / n;
      });
      const gained = meanIncrease(result.points.data, data);
      expect(gained).toBeLessThanOrEqual(best * (1 + 1e-5));
      expect(gained).toBeGreaterThan(SHARE * best);
      expect(gained).toBeGreaterThan(TIMES * Math.abs(meanIncrease(noise.points.data, data)));
    },
  },
];
