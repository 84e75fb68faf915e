// Scans of dense columns for the best split of a tree node by compiled loops, where the host has them.

import { assembledAs } from "../../assembledAs.ts";
import { type HostedLoops, hasGrown, hostedLoops } from "../../hostedLoops.ts";
import { markLeft } from "./denseScan.ts";
import { afterMarks, BETTER, type CodeBytes, scanModule, TOGETHER } from "./scanLoop.ts";
import { type BestSplit, NONE, NOWHERE, type SplitScan } from "./splitScan.ts";
import type { TreeColumns } from "./treeColumns.ts";

const moduleOf = (bytes: CodeBytes) => hostedLoops<"scan">(assembledAs(`scan ${bytes}`, () => scanModule(bytes)));
const modules = { 1: moduleOf(1), 2: moduleOf(2) };

/** Memories that nobody works in, by the bytes of a code, and the most that one of them has. */
const idle: Record<CodeBytes, HostedLoops<"scan">[]> = { 1: [], 2: [] };
const KEPT = 2 ** 26;
/** Memory whose addresses have 32 bits. */
const LARGEST = 2 ** 32;

/** So many rows stay in the processor's cache while features and nodes below are looked at. */
const FEW = 128;

/** Such scans; undefined where there is no room for them, or columns have more values than codes of two bytes tell. */
export function compiledScan(columns: TreeColumns, classes: number): SplitScan | undefined {
  const { rows, count, widest, codes, byRow } = columns;
  if (codes instanceof Uint32Array) return undefined;
  const code = codes.BYTES_PER_ELEMENT as CodeBytes;
  let bytes = afterMarks(code);
  /** The address of so many bytes. */
  const room = (size: number) => {
    const address = bytes;
    bytes += TOGETHER * Math.ceil(size / TOGETHER);
    return address;
  };
  const at = {
    best: room(16),
    /** Totals, sums on the left and on the right, and ends. */
    totals: room(28 * classes),
    mass: room(8 * widest * classes),
    samples: room(4 * rows),
    weight: room(8 * rows),
    codes: room(codes.byteLength),
    byRow: room(byRow?.byteLength ?? 0),
  };
  if (bytes > LARGEST || typeof WebAssembly === "undefined") return undefined;
  const lent = idle[code].pop() ?? modules[code](2 ** 16);
  if (!lent || !hasGrown(lent, bytes)) return undefined;
  const { loops } = lent;
  const { buffer } = lent.memory;
  // What the last one has left there.
  new Uint8Array(buffer, 0, at.samples).fill(0);
  const numbers = codes instanceof Uint8Array ? new Uint8Array(buffer) : new Uint16Array(buffer);
  numbers.set(codes, at.codes / code);
  if (byRow) numbers.set(byRow, at.byRow);

  const node = {
    samples: new Int32Array(buffer, at.samples, rows),
    weight: new Float64Array(buffer, at.weight, rows),
    totals: new Float64Array(buffer, at.totals, classes),
    ends: new Int32Array(buffer, at.totals + 24 * classes, classes),
    position: new Int32Array(0),
    ...NOWHERE,
  };
  const score = new Float64Array(buffer, at.best, 1);
  const split = new Int32Array(buffer, at.best + 8, 2);
  const best: BestSplit = { ...NONE };
  return {
    node,
    best,
    consider(feature) {
      const bins = count[feature];
      if (bins === 1) return false;
      score[0] = best.score;
      const isSmall = byRow && node.to - node.from <= FEW;
      const found = loops.scan(
        isSmall ? at.byRow + feature : at.codes + feature * rows * code,
        isSmall ? columns.columns : code,
        at.samples + 4 * node.from,
        at.weight + 8 * node.from,
        at.samples,
        at.best,
        at.totals,
        8 * classes,
        at.mass,
        8 * widest,
        Math.ceil(bins / TOGETHER),
        node.total,
        node.squares,
      );
      if (found & BETTER) {
        best.score = score[0];
        best.feature = feature;
        [best.code, best.next] = split;
      }
      return found > 0;
    },
    markLeft: (goesLeft) => markLeft(goesLeft, codes, rows, node, best),
    release: () => void (bytes <= KEPT && idle[code].push(lent)),
  };
}
