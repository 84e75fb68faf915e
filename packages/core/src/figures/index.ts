// Figures of an audit: pure functions from a result and a document to SVG.

export { list, percent, percentInterval, short, withRange } from "../numbers.ts";
export { alignmentAndTransfer } from "./alignment.ts";
export {
  cellAt,
  normName,
  strongestCell,
  surrogatesOf,
  targetOf,
  tellingEpsilon,
  transferRate,
} from "./auditLookup.ts";
export { type CorrelationPoint, correlationScatter } from "./correlationScatter.ts";
export { gradientSizes } from "./gradientSizes.ts";
export { type LabelledPoint, labelledScatter } from "./labelledScatter.ts";
export { escapeMarkup, standaloneSvg, svgText } from "./markup.ts";
export { pairedDifferences } from "./pairedDifferences.ts";
export { greyImage, largestChange, perturbationImage } from "./pixels.ts";
export { predictedLoss } from "./predictedLoss.ts";
export { securityCurves } from "./securityCurves.ts";
export type { FigureOptions } from "./svgStyle.ts";
export { sweepErrors, sweepMetrics } from "./sweep.ts";
export { heatKey, transferHeatmap } from "./transferHeatmap.ts";
export { type MappedValue, valueMap } from "./valueMap.ts";
export { type CurveModel, type ReferenceCurve, whiteBoxCurves } from "./whiteBoxCurves.ts";
