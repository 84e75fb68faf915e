// What `carom inspect` found, a line each.

import type { Columns, countOperators, InputPart, ModelWarning } from "@carom/core/models";
import type { OnnxModel, ValueInfo } from "@carom/core/onnx";
import { inFloat32 } from "../ui/inputNotes.ts";

/** An input or output of the file's graph, as it is printed. */
interface DescribedValue {
  readonly name: string;
  readonly type: string | null;
  readonly shape: NonNullable<ValueInfo["shape"]> | null;
}

/** What the file says of an input or output. */
export function describeValue({ name, type, shape, isText }: ValueInfo): DescribedValue {
  return { name, type: type ?? (isText ? "text" : null), shape: shape ?? null };
}

/** What is printed of a model. */
interface Inspected {
  readonly bytes: number;
  readonly externalData: readonly string[];
  readonly producer?: string;
  readonly opsets?: OnnxModel["opsets"];
  readonly inputs?: readonly DescribedValue[];
  readonly outputs?: readonly DescribedValue[];
  readonly parameters?: number;
  readonly halves?: OnnxModel["halves"];
  readonly operators?: ReturnType<typeof countOperators>;
  readonly unreadable?: string | undefined;
  readonly layout: string;
  readonly parts?: readonly InputPart[];
  readonly fixedBatch?: number;
  readonly scores: {
    readonly value: string | undefined;
    readonly because: string | undefined;
    readonly classes: number;
    readonly classNames: readonly string[] | undefined;
    readonly probabilities: boolean;
    readonly columns: Columns;
  };
  readonly noGradients: string | undefined;
  readonly doubts?: readonly ModelWarning[];
}

/** What the columns of a row are, where a row is not simply the input. */
function columnLines(parts: readonly InputPart[]): string[] {
  let from = 0;
  return parts.map(({ name, type, bytes, shape, kind, words }) => {
    const last = from + shape.reduce((product, dim) => product * dim, 1) - 1;
    const columns = last === from ? `column ${from}` : `columns ${from} to ${last}`;
    from = last + 1;
    if (words) return `row         ${columns}: "${name}", 1 for one of ${wordsOf(words)}`;
    const units = type === "uint8" && bytes !== "raw" ? "numbers in [0, 1], times 255 and rounded" : `${kind} numbers`;
    return `row         ${columns}: "${name}", ${kind === "fixed" ? "which attacks leave as they are" : units}`;
  });
}

/** Words that are listed. */
const LISTED = 8;

function wordsOf(words: readonly string[]): string {
  const more = words.length > LISTED ? ` and ${words.length - LISTED} more` : "";
  return `${words.slice(0, LISTED).join(", ")}${more}`;
}

/** What the columns of the file are, where they are not one for each class in order. */
const columnsInWords: Readonly<Record<Columns, string>> = {
  classes: "",
  second: "from one column, the score of the second class",
  reversed: "in the order of the labels, which is the reverse of the file's columns",
  pairs: "from the votes of machines of pairs of classes, whose scores the file gives",
};

/** A line each, none much wider than a narrow terminal. */
export function inspectedLines(inspected: Inspected): string[] {
  const {
    bytes,
    externalData,
    opsets,
    inputs,
    outputs,
    parameters,
    halves,
    operators,
    layout,
    parts,
    fixedBatch,
    scores,
    doubts,
  } = inspected;
  // Sizes without a name in the file are read under names of our own.
  const plain = (size: number | string) => (typeof size === "string" && size.includes(":") ? "?" : size);
  const value = ({ name, type, shape }: DescribedValue) =>
    `"${name}" ${type ?? "of another type"}${shape ? ` [${shape.map(plain).join(", ")}]` : ""}`;
  const width = Math.max(...(operators ?? []).map(({ operator }) => operator.length));
  const kind = scores.probabilities ? "probabilities" : "scores that are no probabilities";
  const lines = [
    `size        ${bytes.toLocaleString("en")} ` +
      `bytes${externalData.length > 0 ? `, weights in ${externalData.join(", ")}` : ""}`,
  ];
  if (inspected.producer) lines.push(`made by     ${inspected.producer}`);
  if (opsets)
    lines.push(
      `opset       ${Object.entries(opsets)
        .map(([domain, version]) => `${domain || "ai.onnx"} ${version}`)
        .join(", ")}`,
    );
  if (parameters !== undefined) lines.push(`parameters  ${parameters.toLocaleString("en")}`);
  if (halves) lines.push(`numbers     ${inFloat32(halves)}`);
  for (const each of inputs ?? []) lines.push(`input       ${value(each)}${parts ? "" : `: ${layout}`}`);
  lines.push(...columnLines(parts ?? []));
  if (fixedBatch !== undefined) {
    lines.push(`batch       ${fixedBatch} rows at a time, as the file fixes it; the last are filled up and cut again`);
  }
  for (const each of outputs ?? []) lines.push(`output      ${value(each)}`);
  lines.push(
    "scores      " +
      `${scores.value === undefined ? "" : `"${scores.value}", because ${scores.because}: `}${scores.classes} ` +
      `classes, ${kind}`,
  );
  if (columnsInWords[scores.columns] !== "") lines.push(`            ${columnsInWords[scores.columns]}`);
  if (scores.classNames) lines.push(`classes     ${scores.classNames.join(", ")}`);
  if (operators) {
    lines.push("operators");
    for (const { operator, count, gradient } of operators) {
      lines.push(`  ${operator.padEnd(width)}  ${String(count).padStart(5)}  ${gradient}`);
    }
  }
  if (inspected.unreadable) lines.push(`unread      ${inspected.unreadable}`);
  lines.push(inspected.noGradients === undefined ? "gradients   yes" : `gradients   none: ${inspected.noGradients}`);
  if (doubts?.length === 0) lines.push("checks      nothing suspicious");
  return lines;
}
