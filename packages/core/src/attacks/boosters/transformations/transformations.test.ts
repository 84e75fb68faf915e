// Transformations of images: each is the transpose of its way back, treats layouts alike, and is what PyTorch computes.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot } from "../../../linalg.ts";
import { type Stream, stream } from "../../../random.ts";
import { blockShuffled } from "../blockShuffle.ts";
import { scaling } from "../scaleInvariant.ts";
import { blockOperations, blockwise } from "../structureInvariant.ts";
import { randomParts, unequalParts } from "./blocks.ts";
import { blur, gaussian } from "./blur.ts";
import { type ImageLayout, imageLayout, type Size } from "./imageLayout.ts";
import { pad, paddedSide } from "./pad.ts";
import { byMaps, pixelMap, type Transformation } from "./pixelMap.ts";
import { resize, resizedSide } from "./resize.ts";
import { seeRotated, turnBy } from "./rotate.ts";
import { after, separable } from "./separable.ts";

const rotate = (size: Size, degrees: number) =>
  pixelMap(size, size, 4, (row, column, see) => {
    seeRotated(row, column, { top: 0, left: 0, ...size }, turnBy(degrees), see);
  });

const noise = (image: Float64Array, random: Stream) => () => {
  const free = image.map((value) => value + 0.4 * random.uniform() - 0.2);
  const bounded = free.map((value) => Math.min(1, Math.max(0, value)));
  return { image: bounded, isCut: Uint8Array.from(free, (value, at) => (value === bounded[at] ? 0 : 1)) };
};

/** A transformation, and the size of what it makes where that is another one. */
type Sized = Transformation & { readonly to?: Size };
type Drawn = (layout: ImageLayout, random: Stream, image: Float64Array) => Sized;

const transformations: Readonly<Record<string, Drawn>> = {
  resize(layout, random) {
    const to = { height: 1 + random.integer(12), width: 1 + random.integer(12) };
    return { ...byMaps(layout, resize(layout, to)), to };
  },
  pad(layout, random) {
    const to = { height: layout.height + 3, width: layout.width + 2 };
    return { ...byMaps(layout, pad(layout, to, random.integer(4), random.integer(3))), to };
  },
  "resize, pad and resize": (layout, random) => {
    const larger = { height: layout.height + 4, width: layout.width + 3 };
    const shown = { height: layout.height + random.integer(4), width: layout.width + random.integer(3) };
    return byMaps(layout, resize(layout, shown), pad(shown, larger, 0, 0), resize(larger, layout));
  },
  "resize, pad and resize as one map": (layout, random) => {
    const along = (side: number) => {
      const [ground, shown] = [side + 3 + random.integer(3), side + random.integer(3)];
      const padded = after(resizedSide(side, shown), paddedSide(shown, ground, random.integer(ground - shown + 1)));
      return after(padded, resizedSide(ground, side));
    };
    return byMaps(layout, separable(along(layout.height), along(layout.width)));
  },
  rotate: (layout, random) => byMaps(layout, rotate(layout, 360 * random.uniform())),
  blur: (layout, random) => byMaps(layout, blur(layout, gaussian(1 + 2 * random.integer(5)))),
  scale: (_, random) => scaling(random.uniform()),
  "shuffled blocks": (layout, random) => byMaps(layout, blockShuffled(layout, 3, 24, random)),
  "blocks transformed one by one": (layout, random, image) => blockwise(layout, 3, random, image, noise(image, random)),
};

const sides = fc.integer({ min: 1, max: 9 });
const cases = fc.record({ height: sides, width: sides, channels: fc.integer({ min: 1, max: 4 }), seed: fc.nat() });

function layoutsOf(height: number, width: number, channels: number): [ImageLayout, ImageLayout] {
  const first = { height, width, channels, channelStep: height * width, pixelStep: 1 };
  return [first, { ...first, channelStep: 1, pixelStep: channels }];
}

/** What a transformation makes of an image, written over what lay there before. */
function applied({ apply, to }: Sized, image: Float64Array, { channels, height, width }: ImageLayout): Float64Array {
  const into = new Float64Array(channels * (to ? to.height * to.width : height * width)).fill(Number.NaN);
  apply(image, into);
  return into;
}

const numbers = (random: Stream, length: number) => Float64Array.from({ length }, () => random.uniform());

/** The same image with its channels last. */
function channelsLast(image: Float64Array, channels: number): Float64Array {
  const pixels = image.length / channels;
  return image.map((_, at) => image[(at % channels) * pixels + Math.floor(at / channels)]);
}

describe.each(Object.entries(transformations))("%s", (_, drawn) => {
  test("<T a, b> = <a, T' b> for what it does to changes of an image", () => {
    fc.assert(
      fc.property(cases, ({ height, width, channels, seed }) => {
        for (const layout of layoutsOf(height, width, channels)) {
          const random = stream(seed, "image");
          const image = numbers(random, height * width * channels);
          const change = numbers(random, image.length).map((value) => 1e-6 * (value - 0.5));
          const each = drawn(layout, stream(seed, "drawn"), image);
          const [before, after] = [image, image.map((value, at) => value + change[at])].map((x) =>
            applied(each, x, layout),
          );
          const moved = after.map((value, at) => value - before[at]);
          const b = numbers(random, moved.length).map((value) => value - 0.3);
          const pulled = new Float64Array(image.length).fill(Number.NaN);
          each.pullBack(b, pulled);
          const [forward, back] = [dot(moved, b), dot(change, pulled)];
          expect(Math.abs(forward - back)).toBeLessThanOrEqual(1e-5 * Math.hypot(...moved) * Math.hypot(...b) + 1e-14);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("does to images with channels last what it does to those with channels first", () => {
    fc.assert(
      fc.property(cases, ({ height, width, channels, seed }) => {
        const [first, last] = layoutsOf(height, width, channels);
        const image = numbers(stream(seed, "image"), height * width * channels);
        const turned = channelsLast(image, channels);
        // Noise is drawn feature by feature, in the order of the layout.
        const silent = () => ({ ...stream(seed, "drawn"), uniform: () => 0.5 });
        const there = applied(drawn(first, silent(), image), image, first);
        expect(applied(drawn(last, silent(), turned), turned, last)).toEqual(channelsLast(there, channels));
      }),
      { numRuns: 30 },
    );
  });
});

interface Listed {
  readonly shape: readonly [number, number, number];
  readonly values: readonly number[];
}

interface Golden {
  readonly what: string;
  readonly x: Listed;
  readonly y: Listed;
  readonly to: readonly [number, number];
  readonly at: readonly [number, number];
  readonly degrees: number;
  readonly length: number;
  readonly by: number;
}

const file = new URL("../../../../../../fixtures/images/torch.golden.json", import.meta.url);
const golden: readonly Golden[] = JSON.parse(readFileSync(file, "utf8")).cases;

function asPyTorch({ what, x, to, at, degrees, length, by }: Golden, layout: ImageLayout): Transformation {
  const [height, width] = to ?? [];
  if (what === "resize") return byMaps(layout, resize(layout, { height, width }));
  if (what === "pad") return byMaps(layout, pad(layout, { height, width }, at[0], at[1]));
  if (what === "rotate") return byMaps(layout, rotate(layout, degrees));
  if (what === "blur") return byMaps(layout, blur(layout, gaussian(length)));
  const operation = blockOperations[what as keyof typeof blockOperations];
  const drawn = { integer: () => by } as unknown as Stream;
  const { source } = operation({ top: 0, left: 0, height: x.shape[1], width: x.shape[2] }, drawn);
  return byMaps(
    layout,
    pixelMap(layout, layout, 1, (row, column, see) => {
      const at = source(row, column);
      see(Math.floor(at / layout.width), at % layout.width, 1);
    }),
  );
}

test.each(golden.map((each) => [`${each.what} of ${each.x.shape}`, each] as const))("%s as PyTorch does", (_, each) => {
  const found = new Float64Array(each.y.values.length).fill(Number.NaN);
  asPyTorch(each, imageLayout(each.x.shape)!).apply(Float64Array.from(each.x.values), found);
  each.y.values.forEach((value, at) => {
    expect(Math.abs(found[at] - value)).toBeLessThanOrEqual(1e-9);
  });
});

test("maps along sides that are multiplied first are those maps one after the other", () => {
  fc.assert(
    fc.property(cases, ({ height, width, channels, seed }) => {
      for (const layout of layoutsOf(height, width, channels)) {
        const random = stream(seed, "sizes");
        const [shown, ground] = [2, 5].map((more) => ({
          height: height + more + random.integer(3),
          width: width + more + random.integer(3),
        }));
        const [top, left] = [
          random.integer(ground.height - shown.height + 1),
          random.integer(ground.width - shown.width + 1),
        ];
        const steps = [resize(layout, shown), pad(shown, ground, top, left), resize(ground, layout)];
        const side = (own: number, inner: number, outer: number, first: number) =>
          after(after(resizedSide(own, inner), paddedSide(inner, outer, first)), resizedSide(outer, own));
        const one = separable(
          side(height, shown.height, ground.height, top),
          side(width, shown.width, ground.width, left),
        );
        const image = numbers(stream(seed, "image"), height * width * channels);
        const [there, together] = [byMaps(layout, ...steps), byMaps(layout, one)].map((each) =>
          applied(each, image, layout),
        );
        together.forEach((value, at) => {
          expect(Math.abs(value - there[at])).toBeLessThanOrEqual(1e-12);
        });
      }
    }),
  );
});

test("blocks that change places without a rotation are all pixels, each once", () => {
  fc.assert(
    fc.property(cases, ({ height, width, seed }) => {
      const map = blockShuffled({ height, width }, 3, 0, stream(seed, "drawn"));
      const seen = new Int32Array(height * width);
      map.weights.forEach((weight, at) => {
        if (weight > 0.5) seen[map.sources[at]]++;
      });
      expect(Array.from(seen)).toEqual(new Array(height * width).fill(1));
    }),
  );
});

test.each([
  ["unequal", unequalParts],
  ["random", randomParts],
] as const)("%s parts fill a side from one end to the other", (_, cut) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), fc.nat(), (side, count, seed) => {
      const parts = cut(side, count, stream(seed, "cut"));
      let end = 0;
      for (const { from, length } of parts) {
        expect(from).toBe(end);
        expect(length).toBeGreaterThanOrEqual(0);
        end += length;
      }
      expect(end).toBe(side);
      // Where there is room, each of them has its share.
      if (side >= 3 * count) expect(parts.every(({ length }) => length > 0)).toBe(true);
    }),
  );
});

test("shapes say where pixels lie: channels first, unless only the last axis is as short as channels are", () => {
  expect(imageLayout([28, 20])).toMatchObject({ height: 28, width: 20, channels: 1 });
  expect(imageLayout([3, 28, 20])).toMatchObject({ height: 28, width: 20, channels: 3, pixelStep: 1 });
  expect(imageLayout([28, 20, 3])).toMatchObject({ height: 28, width: 20, channels: 3, pixelStep: 3 });
  expect(imageLayout([3, 3, 3])).toMatchObject({ channels: 3, pixelStep: 1 });
  expect(imageLayout([784])).toBeUndefined();
  expect(imageLayout([2, 3, 28, 28])).toBeUndefined();
});
