// What the page found, as files.

import { tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import type { OwnAnswer } from "./own/attack.ts";
import type { Answer, AtBudget } from "./question/answer.ts";

/** Gives the user a file to keep; nothing of it goes over the line. */
export function save(name: string, content: Uint8Array | string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A figure as it is drawn, with the colours that it has on the page. */
export function savedFigure(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const [from, to] = [svg, copy].map((each) => [each, ...each.querySelectorAll("*")]);
  for (const [i, element] of from.entries()) {
    const style = getComputedStyle(element);
    for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "opacity"]) {
      to[i].setAttribute(name, style.getPropertyValue(name));
    }
    to[i].removeAttribute("class");
  }
  return new XMLSerializer().serializeToString(copy);
}

/** Labels as the data have them, where those are whole numbers; positions among the classes where they are words. */
function labelsOf({ labels, classNames }: Answer): number[] {
  const areNumbers = classNames.every((name) => Number.isInteger(Number(name)));
  return Array.from(labels, (label) => (areNumbers ? Number(classNames[label]) : label));
}

/** The points of one budget as `carom evade` writes them: x, y, epsilon and the row that each was made of. */
export function pointsAsNpz(
  answer: Answer,
  { epsilon, points }: AtBudget,
  shape: readonly number[],
  rows: Int32Array,
): Uint8Array {
  const n = answer.labels.length;
  return writeNpz({
    x: tensor("float32", [n, ...shape], points),
    y: tensor("int64", [n], labelsOf(answer)),
    epsilon: tensor("float64", [n], new Array<number>(n).fill(epsilon)),
    index: tensor("int64", [n], Array.from(rows)),
  });
}

/** The same as a table with a column of labels. */
export function pointsAsCsv(answer: Answer, { points }: AtBudget, names: readonly string[] | undefined): string {
  const n = answer.labels.length;
  const width = points.length / n;
  const header = names ?? Array.from({ length: width }, (_, j) => `x${j}`);
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = Array.from({ length: n }, (_, i) => {
    const row = points.subarray(i * width, (i + 1) * width);
    return [...row, quoted(answer.classNames[answer.labels[i]])].join(",");
  });
  return [[...header, "label"].map(quoted).join(","), ...lines, ""].join("\n");
}

/** What both models make of the rows as they are: scores [N, K] and the gradients of their losses [N, ...]. */
export function seenAsNpz({ answer, featureShape, gradients, index }: OwnAnswer): Uint8Array {
  const [n, clean] = [answer.labels.length, answer.budgets[0]];
  const scores = (numbers: Float64Array) => tensor("float64", [n, numbers.length / n], numbers);
  const gradient = (numbers: Float64Array) => tensor("float64", [n, ...featureShape], numbers);
  return writeNpz({
    index: tensor("int64", [n], Array.from(index)),
    scores_surrogate: scores(clean.surrogate.scores),
    scores_target: scores(clean.target.scores),
    gradient_surrogate: gradient(gradients.surrogate),
    ...(gradients.target && { gradient_target: gradient(gradients.target) }),
  });
}
