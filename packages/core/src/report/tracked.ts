// What trackers of experiments keep of a run: what was asked as parameters, what was found as metrics, each by name.

import type { Interval } from "../stats/sample.ts";
import type { AuditComparison } from "../study/audit/comparison.ts";
import type { PairedErrors } from "../study/audit/pairedErrors.ts";
import { strongestTried } from "../study/audit/strongest.ts";
import { type Budgeted, budgetOf } from "../study/measured.ts";
import type { TableResult } from "../study/paper/tableStudy.ts";
import { meanModels } from "../study/repetitionMeans.ts";
import type { AuditResult } from "../study/result.ts";
import type { SweepResult } from "../study/sweep/sweep.ts";

/** Parameters as plain data, and metrics as numbers; shares lie in 0 to 1, budgets are part of names. */
export interface Tracked {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A number with the ends of its interval under its name, which may go on with what it is a number of. */
export const withEnds = (name: string, { estimate, low, high }: Interval, of = ""): Record<string, number> => ({
  [`${name}${of}`]: estimate,
  [`${name}_low${of}`]: low,
  [`${name}_high${of}`]: high,
});

/** What points were crafted on, and by whom where that is said. */
const attackedBy = (surrogate: string, attacker?: string) =>
  attacker === undefined ? surrogate : `${surrogate} by ${attacker}`;

/** The error of each cell. */
function errorsOf(
  cells: readonly (Budgeted & {
    readonly surrogate: string;
    readonly target: string;
    readonly attacker?: string;
    readonly errorUnderAttack: Interval;
  })[],
  budget: string,
): Record<string, number> {
  return Object.fromEntries(
    cells.map(({ surrogate, attacker, target, errorUnderAttack, ...at }) => {
      return [
        `error/${target}/${attackedBy(surrogate, attacker)}/${budget} ${budgetOf(at)}`,
        errorUnderAttack.estimate,
      ];
    }),
  );
}

/** An audit: the strongest attack at each budget with its interval, and each cell. */
export function trackedAudit(result: AuditResult): Tracked {
  const { asked, seed, carom, standings, models, cells } = result;
  const { classNames, featureShape, attackers, attackerKnows: _, defaults: __, warnings: ___, ...facts } = asked;
  const strongest = strongestTried(result);
  const ends = asked.epsilons.map((epsilon, i) => ({
    ...(strongest[i] && withEnds("transfer", strongest[i], `/eps ${epsilon}`)),
    ...(standings.white?.[i] && withEnds("white_box", standings.white[i], `/eps ${epsilon}`)),
  }));
  return {
    parameters: {
      ...{ carom, seed, ...facts, features: featureShape.join("x"), classes: classNames.length },
      epsilons: asked.epsilons.join(","),
      attackers: (attackers ?? []).map(({ name }) => name).join(","),
      surrogates: models
        .slice(1)
        .map(({ id }) => id)
        .join(","),
    },
    metrics: Object.assign({ clean_error: models[0].cleanError.estimate }, ...ends, errorsOf(cells, "eps")),
  };
}

interface TrackedStudy {
  readonly carom: string;
  readonly study: object;
  readonly data: Readonly<Record<string, string>>;
}

/** What every study was asked: the fields of its file, and the hashes of its data. */
const askedOf = ({ carom, study, data }: TrackedStudy) => {
  const hashes = Object.entries(data).map(([file, hash]) => [`hash of ${file}`, hash]);
  return { carom, ...study, ...Object.fromEntries(hashes) };
};

/** A study of pairs of models: means over repetitions of errors and sizes of models, of rates, and of each cell. */
export function trackedStudy(
  result: TrackedStudy & {
    readonly repetitions: Parameters<typeof meanModels>[0];
    readonly cells: Parameters<typeof errorsOf>[0];
    readonly transferRates: readonly (Budgeted & {
      readonly surrogate: string;
      readonly attacker?: string;
      readonly rate: number;
    })[];
  },
): Tracked {
  const { cells, transferRates, repetitions } = result;
  const budget = transferRates.some((each) => "fraction" in each) ? "fraction" : "eps";
  const rates = transferRates.map(({ surrogate, attacker, rate, ...at }) => {
    return [`transfer_rate/${attackedBy(surrogate, attacker)}/${budget} ${budgetOf(at)}`, rate];
  });
  const models = meanModels(repetitions).flatMap(({ id, cleanError, size }) => [
    ...(cleanError === undefined ? [] : [[`clean_error/${id}`, cleanError]]),
    ...(size === undefined ? [] : [[`S/${id}`, size]]),
  ]);
  return {
    parameters: askedOf(result),
    metrics: { ...Object.fromEntries([...models, ...rates]), ...errorsOf(cells, budget) },
  };
}

/** A study of a sweep: means over its repetitions. */
export function trackedSweep(result: TrackedStudy & { readonly mean: SweepResult }): Tracked {
  return { parameters: askedOf(result), metrics: sweptMetrics(result.mean) };
}

/** A sweep by itself. */
export function trackedOneSweep(result: SweepResult): Tracked {
  const { carom, asked, points, trainingRows } = result;
  return { parameters: { carom, ...asked, points, trainingRows }, metrics: sweptMetrics(result) };
}

/** Errors, S and V at each value of the option. */
function sweptMetrics({ asked, models }: SweepResult): Tracked["metrics"] {
  const found = models.flatMap(({ value, cleanError, errorUnderAttack, size, variability }) => {
    const at = `/${asked.option} ${value}`;
    return [
      withEnds("clean_error", cleanError, at),
      withEnds("error", errorUnderAttack, at),
      size ? withEnds("S", size, at) : {},
      variability ? { [`V${at}`]: variability.perPoint } : {},
    ];
  });
  return Object.assign({}, ...found);
}

/** A comparison of two versions: the errors of each and how much more the second errs, at each budget, of each cell. */
export function trackedComparison({
  carom,
  seed,
  versions,
  asked,
  clean,
  any,
  increases,
  cells,
}: AuditComparison): Tracked {
  const { classNames, epsilons, ...facts } = asked;
  const paired = (name: string, { first, second, difference }: PairedErrors, at = "") => ({
    ...{ [`${name}/A${at}`]: first, [`${name}/B${at}`]: second },
    ...withEnds(`${name}/B less A`, difference, at),
  });
  const [A, B] = versions;
  return {
    parameters: {
      ...{ carom, seed, A: A.name, "hash of A": A.targetHash, B: B.name, "hash of B": B.targetHash, ...facts },
      ...{ classes: classNames.length, epsilons: epsilons.join(",") },
    },
    metrics: Object.assign(
      paired("clean_error", clean),
      ...any.map((each) => paired("error_by_some", each, `/eps ${each.epsilon}`)),
      ...increases.map(({ epsilon, difference }) => withEnds("increase", difference, `/eps ${epsilon}`)),
      ...cells.map(({ surrogate, attacker, ...each }) =>
        paired(`error/${attackedBy(surrogate, attacker)}`, each, `/eps ${each.epsilon}`),
      ),
    ),
  };
}

/** A table of sign tests: how many repetitions agree, and p. */
export function trackedTable(result: TableResult): Tracked {
  const found = result.entries.flatMap(({ study, learner, what, agreeing, p }) => {
    const name = `${study}/${learner}/${what}`;
    return [[`agreeing/${name}`, agreeing], ...(p === undefined ? [] : [[`p/${name}`, p]])];
  });
  return { parameters: askedOf(result), metrics: Object.fromEntries(found) };
}
