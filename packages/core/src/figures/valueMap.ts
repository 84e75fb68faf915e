// A value of every surrogate with every target, such as R or rho, as shades with numbers (paper Fig. 8).

import * as Plot from "@observablehq/plot";
import { accent, ink, onAccent } from "./palette.ts";
import { applySvgStyle, clipped, type FigureOptions, textWidth } from "./svgStyle.ts";

const cell = { width: 45, height: 28 };

/** One value; rows and columns appear in the order in which they first occur. */
export interface MappedValue {
  readonly row: string;
  readonly column: string;
  readonly value: number;
}

/**
 * Values between `from` and `to`, two digits each, darker where higher; the pair is in the title.
 * Demontis et al., 2019, Fig. 8.
 *
 * @example
 * ```ts
 * import { svgText, valueMap } from "@carom/core/figures";
 * import { parseHTML } from "linkedom";
 *
 * const { document } = parseHTML("<!doctype html><html><body></body></html>");
 * const values = [
 *   { row: "ridge", column: "mlp", value: 0.4 },
 *   { row: "ridge", column: "forest", value: 0.1 },
 * ];
 * const drawing = valueMap("alignment", values, [0, 1], { document: document as unknown as Document });
 * console.log(svgText(drawing).startsWith("<svg")); // true
 * ```
 */
export function valueMap(
  name: string,
  values: readonly MappedValue[],
  [from, to]: readonly [number, number],
  { document }: FigureOptions,
): SVGSVGElement {
  const rows = [...new Set(values.map(({ row }) => row))];
  const columns = [...new Set(values.map(({ column }) => column))];
  const longest = (names: readonly string[]) => Math.max(...names.map((each) => textWidth(clipped(each), 12)));
  const marginLeft = Math.ceil(longest(rows)) + 16;
  const marginTop = Math.ceil(longest(columns) * 0.64) + 22;
  const share = ({ value }: MappedValue) => Math.min(1, Math.max(0, (value - from) / (to - from)));
  const title = ({ row, column, value }: MappedValue) => `${row} with ${column}: ${name} ${value.toFixed(3)}`;
  const place = { x: "column", y: "row" } as const;
  const drawing = Plot.plot({
    document,
    width: marginLeft + columns.length * cell.width + 30,
    height: marginTop + rows.length * cell.height + 8,
    marginLeft,
    marginTop,
    marginRight: 30,
    marginBottom: 8,
    style: { fontSize: "12px" },
    x: { domain: columns, axis: "top", tickFormat: clipped1, tickSize: 0, label: null, tickRotate: -40, padding: 0 },
    y: { domain: rows, tickFormat: clipped1, tickSize: 0, label: null, padding: 0 },
    marks: [
      Plot.cell(values, {
        ...place,
        fill: accent,
        fillOpacity: (d: MappedValue) => 0.92 * share(d),
        inset: 0.5,
        title,
      }),
      Plot.text(values, {
        ...place,
        text: (d: MappedValue) => d.value.toFixed(2).replace(/^(-?)0\./, "$1."),
        fill: (d: MappedValue) => (share(d) > 0.82 ? onAccent : ink),
      }),
    ],
  });
  return applySvgStyle(drawing, "map", `${name} of ${rows.length} surrogates with ${columns.length} targets`);
}

const clipped1 = (name: string) => clipped(name);
