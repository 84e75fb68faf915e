// The data dictionary: every file that runs leave, and what stands in each column of its tables. Writers take their
// headers from here.

/** TableColumns of a table, in order, each with what stands in it. */
export type TableColumns = Readonly<Record<string, string>>;

const interval = (name: string) => `the ends of its interval (${name})`;

/** What stands in each table. A value that was not measured, or that does not exist, is empty. */
export const tables = {
  cells: {
    repetition: "repetition of the study, from 0; 0 in an audit",
    surrogate: "the model that points were crafted on, or the ensemble",
    attacker: "who crafted; empty: the strongest attack on the surrogate by itself",
    target: "the model that judged; the surrogate itself: the white-box attack",
    budget:
      "epsilon, in the units of the features, of their ranges, or of cost; the fraction of training points that " +
      "are poison",
    points: "points of poison",
    n: "points that were judged",
    error_under_attack: "share of them that the target gets wrong",
    error_low: interval("Wilson, 95 %"),
    error_high: interval("Wilson, 95 %"),
    success:
      "of the points that the target got right before, the share that it gets wrong now; under rules of a " +
      "table: valid and wrong",
    success_n: "those points",
    targeted_success: "of the points of other classes, the share that ends in the class that was aimed at",
    targeted_low: interval("Wilson, 95 %"),
    targeted_high: interval("Wilson, 95 %"),
    net_increase:
      "error under attack less the error without; of attacks that want a class, targeted success less the share " +
      "that is taken for it anyway",
    net_low: interval("Newcombe's for paired shares, 95 %"),
    net_high: interval("Newcombe's for paired shares, 95 %"),
    same_wrong_class: "share of points that end in the wrong class that they end in on the surrogate",
    other_wrong_class: "share of points that end in another wrong class",
    loss_increase: "mean increase of the target's cross-entropy",
    predicted_increase:
      "mean of perturbation . gradient of the target's loss: what it rises by to first order (Eq. 13)",
    linearised_increase: "the same if both losses were linear, without a box: mean of epsilon S R for L2 (Eq. 16)",
    attack_alignment: "share of the largest first-order increase within the budget that the perturbations have",
    ratio: "error under attack over the error of the white-box attack on the target",
    alignment: "R: mean cosine of the surrogate's and the target's input gradients, -1 to 1 (Eq. 18)",
    perturbation_correlation: "rho: mean correlation of the perturbations crafted on the two models",
    gradients: "rows of gradients of each model that crafting took, per point",
    scores: "rows of scores of each model that crafting took, per point",
    broke_rules:
      "share of points that broke a rule of the table as the attack left them, and were put back; empty: no rules",
    wrong_but_invalid:
      "share of points that would have misled the model they were crafted on, but broke a rule: no success",
  },
  samples: {
    surrogate: "the model that the point was crafted on, or the ensemble",
    attacker: "who crafted; empty: the strongest attack on the surrogate by itself",
    target: "the model that judged",
    epsilon: "budget",
    index: "the point's position among those attacked, from 0",
    label: "its class",
    label_clean: "the class that the target gives it without attack",
    label_attacked: "the class that the target gives it under attack",
    loss_clean: "the target's cross-entropy without attack",
    loss_attacked: "the target's cross-entropy under attack",
    perturbation: "the norm of the perturbation",
  },
  printed: {
    quantity: "what the paper prints: a table's or a figure's number",
    of: "of which models, at which budget",
    ours: "the mean over repetitions here",
    printed: "the paper's number",
    tolerance: "how far apart they may be to count as equal; empty: no such claim is made",
    within: "whether they are that near",
  },
  sweep: {
    option: "the value of the option; the column bears the option's name",
    clean_error: "share of points that the model gets wrong without attack",
    clean_low: interval("Wilson, 95 %; of several repetitions that of their mean"),
    clean_high: interval("Wilson, 95 %; of several repetitions that of their mean"),
    n: "points",
    error_under_attack: "share of points that it gets wrong under the white-box attack",
    error_low: interval("as above"),
    error_high: interval("as above"),
    S: "mean size of the input gradient, in the dual norm (Eq. 17)",
    S_low: interval("studentised bootstrap, 95 %"),
    S_high: interval("studentised bootstrap, 95 %"),
    V_per_point: "mean over points of the variance of their loss over training sets (Eq. 19)",
    V_of_mean: "variance over training sets of the mean loss",
  },
  comparison: {
    epsilon: "budget; empty: without attack",
    surrogate: "the model that points were crafted on; any: points that at least one of the attackers misleads",
    attacker: "who crafted; empty: the strongest attack on the surrogate by itself",
    both: "points that both versions get wrong",
    only_first: "points that the first version alone gets wrong",
    only_second: "points that the second version alone gets wrong",
    neither: "points that both get right",
    error_first: "the first version's error",
    error_second: "the second version's error",
    difference: "the second's error less the first's",
    difference_low: interval("Newcombe's for paired shares, for all comparisons at once"),
    difference_high: interval("Newcombe's for paired shares, for all comparisons at once"),
    p: "McNemar's exact test of no difference",
    p_holm: "the same adjusted by Holm over all comparisons",
    second_errs: "what the interval decides: whether the second version errs more, less, or neither is shown",
    same_craft: "whether both versions were attacked by the same points",
  },
  changed: {
    epsilon: "budget; empty: without attack",
    surrogate: "the model that the point was crafted on; empty: without attack",
    attacker: "who crafted; empty: the strongest attack on the surrogate by itself",
    index: "the point's position among those attacked, from 0",
    label: "its class",
    label_first: "the class that the first version gives it",
    label_second: "the class that the second version gives it",
  },
  columns: {
    surrogate: "the model that points were crafted on",
    epsilon: "budget",
    column: "the column of the table",
    moved: "points in which it moved",
    points: "points that were attacked",
    moved_of_misleading: "of those that mislead the target, points in which it moved; empty: none misleads",
    misleading: "points that mislead the target; empty: none does",
    rises: "of the points in which it moved, the share in which it rose; empty: it holds words, or never moved",
    mean_change: "mean size of its change where it moved, in its own unit; empty: words, or never moved",
    largest_change: "largest size of its change, in its own unit; empty: words, or never moved",
  },
  table: {
    study: "the study that the row is from",
    learner: "a learner in two complexities",
    what: "white-box: the model of high complexity errs more; transfer: points of the other one transfer more",
    at: "budget",
    agreeing: "repetitions in which it is so",
    of: "repetitions in which it is so or not so; the others are ties",
    repetitions: "all repetitions",
    p: "two-sided sign test; empty: all are ties",
  },
} as const satisfies Readonly<Record<string, TableColumns>>;

/** The first line of a table, without its end. */
export const headerOf = (table: keyof typeof tables): string => Object.keys(tables[table]).join(",");

/** A file that runs leave. */
export interface OutputFile {
  readonly file: string;
  /** Which runs leave it. */
  readonly of: string;
  readonly holds: string;
  /** Its columns, where it is a table. */
  readonly table?: keyof typeof tables;
}

const everyRun = "all";

/** Every file that stands in a run folder, figures aside, which are SVG in `figures/`. */
export const outputFiles: readonly OutputFile[] = [
  { file: "report.html", of: everyRun, holds: "the report, one page that opens offline" },
  {
    file: "metrics.json",
    of: everyRun,
    holds: "all that was found: an `AuditResult`, `StudyResult`, `SweepResult` ... of `@carom/core/study`",
  },
  {
    file: "manifest.json",
    of: everyRun,
    holds: "what was run on what: versions, seed, hashes of data and models, the runtime, and when",
  },
  {
    file: "study.json",
    of: "studies of evasion, poisoning and sweeps",
    holds: "the study file with all defaults written out; it can be run again",
  },
  {
    file: "cells.csv",
    of: "audits, studies of evasion and poisoning",
    holds: "a row for each surrogate, attacker, target, budget and repetition",
    table: "cells",
  },
  {
    file: "samples.csv.gz",
    of: "audits",
    holds: "a row for each point, surrogate, attacker, judging model and budget",
    table: "samples",
  },
  {
    file: "columns.csv",
    of: "audits of tables",
    holds: "a row for each model crafted on, budget and column",
    table: "columns",
  },
  { file: "printed.csv", of: "studies of the paper's", holds: "the paper's numbers beside ours", table: "printed" },
  { file: "sweep.csv", of: "sweeps", holds: "a row for each value of the option", table: "sweep" },
  { file: "table.csv", of: "studies of a table", holds: "a row for each test", table: "table" },
  {
    file: "comparison.json",
    of: "comparisons",
    holds: "all that was found: an `AuditComparison` of `@carom/core/study`",
  },
  { file: "comparison.csv", of: "comparisons", holds: "a row for each comparison", table: "comparison" },
  {
    file: "changed.csv",
    of: "comparisons",
    holds: "a row for each point that one version alone gets wrong",
    table: "changed",
  },
  { file: "model-card.md", of: "audits", holds: "what was found as a block for a model card, in Markdown" },
  { file: "model-card.json", of: "audits", holds: "the same for programs that make model cards" },
  { file: "summary.md", of: "audits", holds: "the answer and the gate in Markdown, for the page of a job" },
  { file: "junit.xml", of: "audits", holds: "a case for each surrogate and budget, and one for each rule of a gate" },
  {
    file: "audit.sarif",
    of: "audits",
    holds: "findings as SARIF 2.1.0, with fingerprints that stay when numbers move",
  },
];
