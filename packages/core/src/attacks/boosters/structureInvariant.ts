// SIA: gradients at images each of whose blocks goes through another transformation.

import { z } from "zod";
import type { Stream } from "../../random.ts";
import type { AttackContext } from "../attack.ts";
import { displacedFreely } from "../directions.ts";
import type { Booster } from "./booster.ts";
import { randomParts } from "./transformations/blocks.ts";
import type { ImageLayout } from "./transformations/imageLayout.ts";
import {
  byMaps,
  type MapMemory,
  pixelMap,
  type Rectangle,
  type See,
  type Transformation,
} from "./transformations/pixelMap.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  blocks: z.number().int().positive().default(3).describe("parts of each side"),
  copies: z.number().int().positive().default(20).describe("transformed images in each step"),
});

/** What a pixel of a block becomes: another one of the block times a number, with noise where that is asked for. */
interface BlockMap {
  /** The other one, counted row by row within the block. */
  source(row: number, column: number): number;
  readonly weight?: number;
  readonly isNoisy?: boolean;
}

type BlockOperation = (block: Rectangle, random: Stream) => BlockMap;

/** The operations of the public implementation, by name; rows and columns count within the block. */
export const blockOperations = {
  rollDown({ height, width }, random) {
    const by = random.integer(height);
    return { source: (i, j) => ((i - by + height) % height) * width + j };
  },
  rollRight({ width }, random) {
    const by = random.integer(width);
    return { source: (i, j) => i * width + ((j - by + width) % width) };
  },
  flipRows: ({ height, width }) => ({ source: (i, j) => (height - 1 - i) * width + j }),
  flipColumns: ({ width }) => ({ source: (i, j) => i * width + width - 1 - j }),
  halfTurn: ({ height, width }) => ({ source: (i, j) => (height - 1 - i) * width + width - 1 - j }),
  scale: ({ width }, random) => ({ source: (i, j) => i * width + j, weight: random.uniform() }),
  noise: ({ width }) => ({ source: (i, j) => i * width + j, isNoisy: true }),
} satisfies Readonly<Record<string, BlockOperation>>;

const operations: readonly BlockOperation[] = Object.values(blockOperations);

/**
 * An image cut at random places into blocks, each of which is rolled, flipped, turned by half, scaled by U(0, 1), or
 * has noise added.
 *
 * @param noisy the image with noise, brought into its bounds; where those cut it off, it does not follow the image
 */
export function blockwise(
  layout: ImageLayout,
  blocks: number,
  random: Stream,
  image: Float64Array,
  noisy: () => { readonly image: Float64Array; readonly isCut: Uint8Array },
  memory?: MapMemory,
): Transformation {
  const rows = randomParts(layout.height, blocks, random);
  const columns = randomParts(layout.width, blocks, random);
  const cells = rows.map(({ from: top, length: height }) =>
    columns.map(({ from: left, length: width }) => {
      const block = { top, left, height, width };
      return { block, map: operations[random.integer(operations.length)](block, random) };
    }),
  );
  const [rowPart, columnPart] = [rows, columns].map((parts) =>
    parts.flatMap(({ length }, part) => new Array<number>(length).fill(part)),
  );
  const isNoisy = new Uint8Array(layout.height * layout.width);
  const look = (row: number, column: number, see: See) => {
    const { block, map } = cells[rowPart[row]][columnPart[column]];
    const source = map.source(row - block.top, column - block.left);
    if (map.isNoisy) isNoisy[row * layout.width + column] = 1;
    const i = Math.floor(source / block.width);
    see(block.top + i, block.left + source - i * block.width, map.weight ?? 1);
  };
  const smooth = byMaps(layout, pixelMap(layout, layout, 1, look, memory));
  if (!isNoisy.includes(1)) return smooth;
  const { image: withNoise, isCut } = noisy();
  const eachNoisy = (visit: (at: number) => void) => {
    for (let p = 0; p < isNoisy.length; p++) {
      if (isNoisy[p] === 0) continue;
      for (let c = 0; c < layout.channels; c++) visit(c * layout.channelStep + p * layout.pixelStep);
    }
  };
  return {
    apply(given, into) {
      smooth.apply(given, into);
      eachNoisy((at) => {
        into[at] = isCut[at] === 1 ? withNoise[at] : given[at] + withNoise[at] - image[at];
      });
    },
    pullBack(gradient, into) {
      smooth.pullBack(gradient, into);
      // A noisy pixel sees itself alone.
      eachNoisy((at) => {
        if (isCut[at] === 1) into[at] = 0;
      });
    },
  };
}

/**
 * The mean gradient over images transformed block by block. Noise is uniform, as far as one budget in the corner of its
 * cube (`displaced`), which for Linf is the +-epsilon of the public implementation, and brought into the bounds.
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
  overhead: 90,
  unhelpful: () => undefined,
  wrap: (inner, { blocks, copies }, context) =>
    transformedCopies(inner, context, "sia", copies, ({ index, copy, image, layout, memory, random }) => {
      const noisy = () => withNoise(context, index, image, random("noise", copy));
      return blockwise(layout, blocks, random(), image, noisy, memory);
    }),
};

function withNoise(context: AttackContext, index: number, image: Float64Array, random: Stream) {
  const [rows, indices] = [{ rows: 1, columns: image.length }, Int32Array.of(index)];
  const noise = { ...rows, data: new Float64Array(image.length) };
  for (let at = 0; at < image.length; at++) noise.data[at] = 2 * random.uniform() - 1;
  const free = displacedFreely(context, { ...rows, data: image }, indices, noise, 1);
  const bounded = { ...free, data: free.data.slice() };
  context.clip(bounded, indices);
  const isCut = new Uint8Array(image.length);
  for (let at = 0; at < image.length; at++) if (free.data[at] !== bounded.data[at]) isCut[at] = 1;
  return { image: bounded.data, isCut };
}
