// SIA: gradients at images each of whose blocks goes through another transformation.

import { z } from "zod";
import type { Stream } from "../../random.ts";
import type { AttackContext } from "../attack.ts";
import { displaced } from "../directions.ts";
import type { Booster } from "./booster.ts";
import { randomParts } from "./transformations/blocks.ts";
import type { ImageLayout } from "./transformations/imageLayout.ts";
import { byMaps, pixelMap, type Rectangle, type Transformation } from "./transformations/pixelMap.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  blocks: z.number().int().positive().default(3).describe("parts of each side"),
  copies: z.number().int().positive().default(20).describe("transformed images in each step"),
});

/** What a pixel of a block becomes: another one of the block times a number, with noise where that is asked for. */
interface BlockMap {
  source(row: number, column: number): readonly [row: number, column: number];
  readonly weight?: number;
  readonly isNoisy?: boolean;
}

type BlockOperation = (block: Rectangle, random: Stream) => BlockMap;

const same = (row: number, column: number) => [row, column] as const;

/** The operations of the public implementation, by name; rows and columns count within the block. */
export const blockOperations = {
  rollDown({ height }, random) {
    const by = random.integer(height);
    return { source: (i, j) => [(i - by + height) % height, j] };
  },
  rollRight({ width }, random) {
    const by = random.integer(width);
    return { source: (i, j) => [i, (j - by + width) % width] };
  },
  flipRows: ({ height }) => ({ source: (i, j) => [height - 1 - i, j] }),
  flipColumns: ({ width }) => ({ source: (i, j) => [i, width - 1 - j] }),
  halfTurn: ({ height, width }) => ({ source: (i, j) => [height - 1 - i, width - 1 - j] }),
  scale: (_, random) => ({ source: same, weight: random.uniform() }),
  noise: () => ({ source: same, isNoisy: true }),
} satisfies Readonly<Record<string, BlockOperation>>;

const operations: readonly BlockOperation[] = Object.values(blockOperations);

/**
 * An image cut at random places into blocks, each of which is rolled, flipped, turned by half, scaled by U(0, 1), or has
 * noise added.
 *
 * @param noisy the image with noise, brought into its bounds; where those cut it off, it does not follow the image
 */
export function blockwise(
  layout: ImageLayout,
  blocks: number,
  random: Stream,
  image: Float64Array,
  noisy: () => { readonly image: Float64Array; readonly isCut: Uint8Array },
): Transformation {
  const rows = randomParts(layout.height, blocks, random);
  const columns = randomParts(layout.width, blocks, random);
  const cells = rows.map(({ from: top, length: height }) =>
    columns.map(({ from: left, length: width }) => {
      const block = { top, left, height, width };
      return { block, map: operations[random.integer(operations.length)](block, random) };
    }),
  );
  const cellAt = (row: number, column: number) => {
    const i = rows.findIndex(({ from, length }) => row < from + length);
    const j = columns.findIndex(({ from, length }) => column < from + length);
    return cells[i][j];
  };
  const isNoisy = new Uint8Array(layout.height * layout.width);
  const map = pixelMap(layout, layout, 1, (row, column, see) => {
    const { block, map } = cellAt(row, column);
    const [i, j] = map.source(row - block.top, column - block.left);
    if (map.isNoisy) isNoisy[row * layout.width + column] = 1;
    see(block.top + i, block.left + j, map.weight ?? 1);
  });
  const smooth = byMaps(layout, map);
  if (!isNoisy.includes(1)) return smooth;
  const { image: withNoise, isCut } = noisy();
  const eachNoisy = (visit: (at: number) => void) => {
    for (let p = 0; p < isNoisy.length; p++) {
      if (isNoisy[p] === 0) continue;
      for (let c = 0; c < layout.channels; c++) visit(c * layout.channelStep + p * layout.pixelStep);
    }
  };
  return {
    apply(given) {
      const result = smooth.apply(given);
      eachNoisy((at) => {
        result[at] = isCut[at] === 1 ? withNoise[at] : given[at] + withNoise[at] - image[at];
      });
      return result;
    },
    pullBack(gradient) {
      const own = Float64Array.from(gradient);
      eachNoisy((at) => {
        if (isCut[at] === 1) own[at] = 0;
      });
      return smooth.pullBack(own);
    },
  };
}

/**
 * The mean gradient over images transformed block by block. Noise is uniform, as far as one budget in the corner of its cube
 * (`displaced`), which for Linf is the +-epsilon of the public implementation, and brought into the bounds.
 *
 * Source: Wang et al., ICCV 2023 (SIA).
 */
export const structureInvariant: Booster<z.infer<typeof options>> = {
  name: "sia",
  summary: "gradients at images each of whose blocks is transformed by itself",
  reference: "Wang et al., ICCV 2023",
  options,
  stage: "transformation",
  data: "images",
  gradientsPerStep: ({ copies }) => copies,
  unhelpful: () => undefined,
  wrap: (inner, { blocks, copies }, context) =>
    transformedCopies(inner, context, "sia", copies, ({ index, copy, image, layout, random }) => {
      const original = image.slice();
      return blockwise(layout, blocks, random(), original, () =>
        withNoise(context, index, original, random("noise", copy)),
      );
    }),
};

function withNoise(context: AttackContext, index: number, image: Float64Array, random: Stream) {
  const rows = { rows: 1, columns: image.length };
  const noise = { ...rows, data: image.map(() => 2 * random.uniform() - 1) };
  const moved = (clip: AttackContext["clip"]) =>
    displaced({ ...context, clip }, { ...rows, data: image }, Int32Array.of(index), noise, 1).data;
  const [free, bounded] = [moved(() => {}), moved(context.clip)];
  return { image: bounded, isCut: Uint8Array.from(free, (value, at) => (value === bounded[at] ? 0 : 1)) };
}
