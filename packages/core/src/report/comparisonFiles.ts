// The files of a comparison's run folder.

import { standaloneSvg, svgText } from "../figures/markup.ts";
import { pairedDifferences } from "../figures/pairedDifferences.ts";
import { changedPoints } from "../study/audit/changedPoints.ts";
import type { ComparisonOutput } from "../study/audit/compared.ts";
import type { AuditComparison } from "../study/audit/comparison.ts";
import type { PairedErrors } from "../study/audit/pairedErrors.ts";
import { comparisonPage } from "./comparisonPage.ts";
import type { Content } from "./content.ts";
import { csvField, csvPieces } from "./csv.ts";
import { jsonText } from "./json.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { headerOf } from "./outputs.ts";

/** File names and contents; equal audits give equal bytes, the manifest aside. */
export function comparisonFiles(
  output: ComparisonOutput,
  facts: RunFacts,
  document: Document,
): Record<string, Content> {
  const { comparison, versions, answer } = output;
  const { seed, asked } = comparison;
  const targets = comparison.versions.map(({ targetHash }) => targetHash);
  const manifest = manifestOf(seed, { dataHash: asked.dataHash, targetHashes: targets }, facts);
  const drawings = asked.epsilons.map((epsilon) => ({
    epsilon,
    svg: svgText(pairedDifferences(comparison, epsilon, { document })),
  }));
  return {
    "comparison.json": jsonText({ ...comparison, answer }),
    "manifest.json": jsonText(manifest),
    "comparison.csv": comparisonCsv(comparison),
    "changed.csv": changedCsv(versions),
    ...Object.fromEntries(
      drawings.map(({ epsilon, svg }) => [`figures/differences-epsilon-${epsilon}.svg`, standaloneSvg(svg)]),
    ),
    "report.html": comparisonPage(output, drawings, manifest),
  };
}

/** A line for each comparison: without attack, under any attacker at each budget, under each attacker. */
function comparisonCsv({ clean, any, cells }: AuditComparison): Iterable<string> {
  const line = (which: readonly (string | number)[], each: PairedErrors, craft: string) => [
    ...which,
    ...[each.counts.both, each.counts.onlyFirst, each.counts.onlySecond, each.counts.neither],
    ...[each.first, each.second, each.difference.estimate, each.difference.low, each.difference.high],
    ...[each.p, each.holmP, each.verdict, craft],
  ];
  return csvPieces(headerOf("comparison"), [
    line(["", "", ""], clean, ""),
    ...any.map((each) => line([each.epsilon, "any", ""], each, "")),
    ...cells.map((each) =>
      line([each.epsilon, each.surrogate, csvField(each.attacker ?? "")], each, String(each.isSameCraft)),
    ),
  ]);
}

/** A line for each point and attacker where one version errs and the other does not. */
function changedCsv({ first, second }: ComparisonOutput["versions"]): Iterable<string> {
  const rows = function* () {
    for (const { epsilon, surrogate, attacker, index, label, ...calls } of changedPoints(first, second)) {
      const names = [label, calls.first, calls.second].map(csvField);
      yield [epsilon ?? "", surrogate ?? "", csvField(attacker ?? ""), index, ...names];
    }
  };
  return csvPieces(headerOf("changed"), rows());
}
