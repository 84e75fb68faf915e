// The files of an audit's run folder.

import type { AuditOutput } from "../study/audit/read.ts";
import type { AuditSamples } from "../study/audit/samples.ts";
import { cellsCsv } from "./cells.ts";
import { columnsCsv } from "./columns.ts";
import type { Content } from "./content.ts";
import { csvField, csvPieces } from "./csv.ts";
import { drawAll, figureFiles } from "./figures.ts";
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
  const drawings = drawAll(result, document);
  return {
    "metrics.json": jsonText(result),
    "manifest.json": jsonText(manifest),
    "cells.csv": cellsCsv([result]),
    "samples.csv.gz": { gzip: samplesCsv(samples, result.asked.classNames) },
    ...Object.fromEntries(Object.entries(figureFiles(drawings)).map(([name, svg]) => [`figures/${name}`, svg])),
    ...gateFiles(result, { ...(target !== undefined && { target }), findings }),
    ...(columns.length > 0 && { "columns.csv": columnsCsv(columns) }),
    "report.html": renderReport({ result, exampleImages, columns, name: target, manifest, drawings, document }),
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
  // Losses before are the same under every attack, and numbers take long to write.
  const written = new Map<Float64Array, readonly string[]>();
  // Sizes are the same on every target, which come one after the other.
  let sizes: { readonly of: Float64Array; readonly written: readonly string[] } | undefined;
  for (const { surrogate, attacker = "", target, epsilon, labels, cleanLabels, attackedLabels, ...each } of samples) {
    const { lossBefore, lossAfter, size } = each;
    if (lossBefore && !written.has(lossBefore)) written.set(lossBefore, Array.from(lossBefore, String));
    if (sizes?.of !== size) sizes = { of: size, written: Array.from(size, String) };
    const before = lossBefore && written.get(lossBefore);
    const who = `${surrogate},${attacker},${target},${epsilon}`;
    for (let i = 0; i < labels.length; i++) {
      const said = `${names[labels[i]]},${names[cleanLabels[i]]},${names[attackedLabels[i]]}`;
      yield [who, i, said, before?.[i] ?? "", lossAfter?.[i] ?? "", sizes.written[i]];
    }
  }
}
