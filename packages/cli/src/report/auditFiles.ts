// The files of an audit's run folder.

import { gzipSync } from "node:zlib";
import type { AuditOutput, AuditSamples } from "@carom/core";
import { emptyDocument, jsonText } from "./documents.ts";
import { figureFiles } from "./figures.ts";
import { manifestOf, type RunFacts } from "./manifest.ts";
import { renderReport } from "./render.ts";

/** File names and contents. `metrics.json` has no times in it: equal questions give equal bytes. */
export function auditFiles(output: AuditOutput, facts: RunFacts): Record<string, string | Uint8Array> {
  const { result, samples, examples } = output;
  const document = emptyDocument();
  const { dataHash, targetHash } = result.asked;
  const manifest = manifestOf(result.seed, { dataHash, targetHash }, facts);
  return {
    "metrics.json": jsonText(result),
    "manifest.json": jsonText(manifest),
    "cells.csv": cellsCsv(output),
    "samples.csv.gz": gzipSync(samplesCsv(samples, result.asked.classNames)),
    ...Object.fromEntries(Object.entries(figureFiles(result, document)).map(([name, svg]) => [`figures/${name}`, svg])),
    "report.html": renderReport({ result, examples, manifest, document }),
  };
}

function cellsCsv({ result }: AuditOutput): string {
  const header =
    "surrogate,target,epsilon,n,error_under_attack,error_low,error_high,success,success_n,net_increase,net_low,net_high," +
    "same_wrong_class,other_wrong_class,loss_increase,predicted_increase,ratio";
  const rows = result.cells.map((cell) => {
    const { errorUnderAttack: error, success, netIncrease: net } = cell;
    return [
      ...[cell.surrogate, cell.target, cell.epsilon, error.n, error.estimate, error.low, error.high],
      ...[success?.estimate ?? "", success?.n ?? 0, net.estimate, net.low, net.high],
      ...[cell.sameWrongClass.estimate, cell.otherWrongClass.estimate],
      ...[cell.lossIncrease ?? "", cell.predictedIncrease ?? "", cell.ratio ?? ""],
    ].join(",");
  });
  return `${[header, ...rows].join("\n")}\n`;
}

function samplesCsv(samples: readonly AuditSamples[], classNames: readonly string[]): string {
  const lines = [
    "surrogate,target,epsilon,index,label,label_clean,label_attacked,loss_clean,loss_attacked,perturbation",
  ];
  const names = classNames.map(quoted);
  for (const each of samples) {
    each.labels.forEach((label, i) => {
      lines.push(
        [
          ...[each.surrogate, each.target, each.epsilon, i, names[label], names[each.cleanLabels[i]]],
          ...[names[each.attackedLabels[i]], each.lossBefore?.[i] ?? "", each.lossAfter?.[i] ?? "", each.size[i]],
        ].join(","),
      );
    });
  }
  return `${lines.join("\n")}\n`;
}

/** A CSV field; quoted where it has to be. */
function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
