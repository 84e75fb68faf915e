// What `carom explain` found, in tables and sentences.

import { adviceSentence, type ModelsExplained, sourceName } from "@carom/core/study";

/** Tables of models and cells, V, findings and advice. */
export function describeExplained(result: ModelsExplained): string {
  const { models, means, cells, targetFindings, findings, advice, variability, undefinedFor } = result;
  const known = (value: number | undefined) => (value === undefined ? "-" : String(Number(value.toPrecision(3))));
  const modelRows = models.map(({ id, role, cleanError, gradientSize, otherSize, curvature, turning }) => [
    id,
    role,
    known(cleanError.estimate),
    known(gradientSize?.estimate),
    ...(models.some((each) => each.otherSize) ? [known(otherSize?.estimate)] : []),
    ...(models.some((each) => each.curvature) ? [known(curvature?.estimate), known(turning?.estimate)] : []),
  ]);
  const [first] = models.flatMap(({ otherSize }) => otherSize?.definition ?? []);
  const modelHeader = [
    ...["model", "role", "clean error", "S"],
    ...(first ? [`S (${first})`] : []),
    ...(models.some((each) => each.curvature) ? ["curvature", "turning"] : []),
  ];
  const isTarget = new Set(models.filter(({ role }) => role === "target").map(({ id }) => id));
  const cellRows = means
    .filter(({ target }) => isTarget.has(target))
    .map((cell) => [
      cell.surrogate,
      cell.target,
      String(cell.budget),
      known(cell.error),
      known(cell.ratio),
      known(cell.alignment ?? (cell.surrogate === cell.target ? 1 : undefined)),
      known(cell.perturbationCorrelation ?? (cell.surrogate === cell.target ? 1 : undefined)),
      known(cell.decomposition?.firstOrder),
      known(cell.decomposition?.observed),
      known(cell.decomposition?.bound),
    ]);
  const furtherRows = cells
    .filter(({ attacker }) => attacker !== undefined)
    .map((cell) => [
      ...[
        sourceName(cell),
        cell.target,
        String(cell.epsilon),
        known(cell.errorUnderAttack.estimate),
        known(cell.ratio),
      ],
      ...["-", "-", known(cell.predictedIncrease), known(cell.lossIncrease), "-"],
    ]);
  const cellHeader = [
    "crafted on",
    "judged on",
    "epsilon",
    "error",
    "ratio",
    "R",
    "rho",
    "predicted",
    "observed",
    "bound",
  ];
  const V = variability
    .filter(({ perPoint }) => perPoint !== undefined)
    .map(({ learner, surrogates, perPoint, ofMean }) => {
      return `V of ${learner}: ${known(perPoint)} per point, ${known(ofMean)} of the mean (${surrogates.length} models)`;
    });
  const paragraphs = [
    table([modelHeader, ...modelRows]),
    table([cellHeader, ...cellRows, ...furtherRows]),
    [...V, ...undefinedFor].join("\n"),
    [...targetFindings, ...findings].map(({ sentence }) => sentence).join("\n"),
    advice.map((each) => adviceSentence(each)).join("\n"),
  ];
  return `${paragraphs.filter((text) => text !== "").join("\n\n")}\n`;
}

/** Rows of texts in columns, the first left-aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  return rows
    .map((row) => row.map((text, j) => (j < 1 ? text.padEnd(widths[j]) : text.padStart(widths[j]))).join("  "))
    .join("\n");
}
