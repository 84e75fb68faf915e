// BSR: gradients at images cut into blocks that change places and are turned a little.

import { z } from "zod";
import type { Stream } from "../../random.ts";
import type { Booster } from "./booster.ts";
import { type Part, shuffled, unequalParts } from "./transformations/blocks.ts";
import type { Size } from "./transformations/imageLayout.ts";
import {
  byMaps,
  type MapMemory,
  type PixelMap,
  pixelMap,
  type Rectangle,
  type See,
} from "./transformations/pixelMap.ts";
import { seeRotated, turnBy } from "./transformations/rotate.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  blocks: z.number().int().positive().default(3).describe("parts of each side"),
  angle: z.number().min(0).default(24).describe("largest rotation of a strip, in degrees"),
  copies: z.number().int().positive().default(20).describe("transformed images in each step"),
});

/**
 * One side, chosen at random, is cut into strips of unequal lengths, which change places; each strip is turned about
 * its center by an angle from U(-angle, angle), zeros coming in from beyond it, cut along the other side, and its
 * blocks change places.
 *
 * Source: Wang et al., CVPR 2024 (BSR).
 */
export function blockShuffled(size: Size, blocks: number, angle: number, random: Stream, memory?: MapMemory): PixelMap {
  const isAcross = random.uniform() < 0.5;
  const [side, other] = isAcross ? [size.width, size.height] : [size.height, size.width];
  const partOf = ({ from, length }: Part): Rectangle =>
    isAcross
      ? { top: 0, left: from, height: size.height, width: length }
      : { top: from, left: 0, height: length, width: size.width };
  const strips = shuffled(unequalParts(side, blocks, random), random).map((strip) => ({
    strip,
    part: partOf(strip),
    turn: turnBy(angle * (2 * random.uniform() - 1)),
    blockAt: placed(shuffled(unequalParts(other, blocks, random), random), (block) => block),
  }));
  const stripAt = placed(strips, ({ strip }) => strip);
  const look = (row: number, column: number, see: See) => {
    const [across, along] = isAcross ? [column, row] : [row, column];
    const { item, offset: i } = stripAt[across];
    const { item: block, offset } = item.blockAt[along];
    const j = block.from + offset;
    seeRotated(isAcross ? j : i, isAcross ? i : j, item.part, item.turn, see);
  };
  return pixelMap(size, size, 4, look, memory);
}

/** For each place of a side that parts fill one after the other: which part, and how far from its beginning. */
function placed<T>(items: readonly T[], partOf: (item: T) => Part) {
  return items.flatMap((item) => Array.from({ length: partOf(item).length }, (_, offset) => ({ item, offset })));
}

export const blockShuffle: Booster<z.infer<typeof options>> = {
  name: "bsr",
  summary: "gradients at images whose blocks change places and are turned a little",
  reference: "Wang et al., CVPR 2024",
  options,
  stage: "transformation",
  data: "images",
  gradientsPerStep: ({ copies }) => copies,
  overhead: 110,
  unhelpful: () => undefined,
  wrap: (inner, { blocks, angle, copies }, context) =>
    transformedCopies(inner, context, "bsr", copies, ({ layout, memory, random }) =>
      byMaps(layout, blockShuffled(layout, blocks, angle, random(), memory)),
    ),
};
