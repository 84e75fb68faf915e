// The files of an audit's run folder.

import type { AuditOutput } from "../study/audit/read.ts";
import type { AuditSamples } from "../study/audit/samples.ts";
import { cellsCsv } from "./cells.ts";
import { columnsCsv } from "./columns.ts";
import type { Content } from "./content.ts";
import { csvField, csvPieces } from "./csv.ts";
import { figureFiles } from "./figures.ts";
import { gateFiles } from "./gateFiles.ts";
import { jsonText } from "./json.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { headerOf } from "./outputs.ts";
import { renderReport } from "./render.ts";

/**
 * File names and contents; `target` is the target as it was named. `metrics.json` has no times in it: equal questions
 * give equal bytes.
 */
export function auditFiles(
  output: AuditOutput,
  facts: RunFacts,
  document: Document,
  target?: string,
): Record<string, Content> {
  const { result, samples, exampleImages, columns, findings } = output;
  const { dataHash, targetHash } = result.asked;
  const manifest = manifestOf(result.seed, { dataHash, targetHash }, facts);
  return {
    "metrics.json": jsonText(result),
    "manifest.json": jsonText(manifest),
    "cells.csv": cellsCsv([result]),
    "samples.csv.gz": { gzip: samplesCsv(samples, result.asked.classNames) },
    ...Object.fromEntries(Object.entries(figureFiles(result, document)).map(([name, svg]) => [`figures/${name}`, svg])),
    ...gateFiles(result, { ...(target !== undefined && { target }), findings }),
    ...(columns.length > 0 && { "columns.csv": columnsCsv(columns) }),
    "report.html": renderReport({ result, exampleImages, columns, name: target, manifest, document }),
  };
}

/** What became of every point, a line for each surrogate, judged model and budget. */
export function samplesCsv(samples: readonly AuditSamples[], classNames: readonly string[]): Iterable<string> {
  return csvPieces(headerOf("samples"), sampleRows(samples, classNames.map(csvField)));
}

function* sampleRows(
  samples: readonly AuditSamples[],
  names: readonly string[],
): Generator<readonly (string | number)[]> {
  for (const { surrogate, attacker = "", target, epsilon, labels, cleanLabels, attackedLabels, ...each } of samples) {
    for (const [i, label] of labels.entries()) {
      yield [
        ...[surrogate, attacker, target, epsilon, i, names[label], names[cleanLabels[i]], names[attackedLabels[i]]],
        ...[each.lossBefore?.[i] ?? "", each.lossAfter?.[i] ?? "", each.size[i]],
      ];
    }
  }
}
