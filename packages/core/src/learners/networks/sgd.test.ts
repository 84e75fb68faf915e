import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { dropoutMask } from "./dropout.ts";
import type { Examples } from "./earlyStopping.ts";
import { type Layer, networkOf } from "./layers.ts";
import { type SgdOptions, trainSgd } from "./sgd.ts";

const runtime = runtimeFrom(ort);

/** n rows of 8 numbers; the label says whether the first exceeds the second, flipped with some probability. */
function examples(n: number, noise = 0, seed = 1): Examples {
  const random = stream(seed, "rows");
  const data = Float32Array.from({ length: 8 * n }, () => random.uniform());
  const labels = Int32Array.from({ length: n }, (_, i) =>
    Number(data[8 * i] > data[8 * i + 1] !== random.uniform() < noise),
  );
  return { x: tensor("float32", [n, 8], data), labels };
}

const options: SgdOptions = {
  learningRate: 0.1,
  milestones: [],
  factor: 0.1,
  momentum: 0.9,
  weightDecay: 0.001,
  epochs: 5,
  batch: 10,
  unroll: 1,
  random: (label) => stream(2, label),
};

const train = (layers: readonly Layer[], rows: Examples, chosen: Partial<SgdOptions> = {}) =>
  trainSgd(runtime, networkOf([8], layers, 2, stream(3, "weights")), rows, { ...options, ...chosen });

describe("trainSgd", () => {
  test("several steps in one run are the same steps: 93 rows are 9 batches and a smaller one", async () => {
    const rows = examples(93);
    const singly = await train([{ dense: 6 }], rows);
    const unrolled = await train([{ dense: 6 }], rows, { unroll: 4 });
    expect(unrolled.steps).toBe(50);
    expect(unrolled.weights).toEqual(singly.weights);
    unrolled.losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(singly.losses[i], 6);
    });
  });

  test("a factor of 0 at a milestone ends all movement", async () => {
    const rows = examples(40);
    const until = await train([{ dense: 6 }], rows, { epochs: 3 });
    const beyond = await train([{ dense: 6 }], rows, { epochs: 6, milestones: [3], factor: 0 });
    expect(beyond.weights).toEqual(until.weights);
    const free = await train([{ dense: 6 }], rows, { epochs: 6 });
    expect(free.weights).not.toEqual(until.weights);
  });

  test("weight decay alone shrinks every parameter by the closed form", async () => {
    // With momentum 0 and zero input, weights of the first layer see no gradient but their decay.
    const rows = { x: tensor("float32", [4, 8], new Float32Array(32)), labels: Int32Array.of(0, 1, 0, 1) };
    const start = networkOf([8], [{ dense: 6 }], 2, stream(3, "weights")).weights.get("weights1")!.data;
    const { weights } = await train([{ dense: 6 }], rows, { momentum: 0, weightDecay: 0.5, epochs: 7, batch: 4 });
    weights.get("weights1")!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(start[i] * (1 - 0.1 * 0.5) ** 7, 6);
    });
  });

  test("early stopping returns the weights of the lowest loss on the held-out rows", async () => {
    const [rows, heldOut] = [examples(40, 0.3), examples(400, 0.3, 5)];
    const layers = [{ dense: 64 }];
    const chosen = { heldOut, patience: 5, epochs: 300 };
    const stopped = await train(layers, rows, chosen);
    expect(stopped.losses.length).toBeLessThan(300);
    const best = stopped.losses.length - 5;
    const alone = await train(layers, rows, { epochs: best });
    expect(alone.weights).toEqual(stopped.weights);
  });

  test.each([
    [1e3, /a mean loss of|not a number/],
    [1e30, "a loss that is not a number"],
  ])("a learning rate of %f is told to be too large", async (learningRate, got) => {
    const failing = train([{ dense: 6 }], examples(40), { learningRate });
    await expect(failing).rejects.toThrow(got);
    await expect(failing).rejects.toThrow("choose a learning rate below");
  });
});

describe("dropout", () => {
  test("keeps the mean and drops the share that is asked for", () => {
    const { data } = dropoutMask({ name: "m", shape: [100], rate: 0.3 }, 400, stream(1, "mask"));
    const dropped = data.filter((factor) => factor === 0).length;
    // Four standard deviations of a binomial proportion.
    expect(Math.abs(dropped / 40_000 - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 40_000));
    expect(new Set(data)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  });

  test("neighbours are dropped independently", () => {
    const { data } = dropoutMask({ name: "m", shape: [1], rate: 0.5 }, 60_000, stream(2, "mask"));
    for (const lag of [1, 2, 3]) {
      const both = data.filter((factor, i) => factor === 0 && data[i + lag] === 0).length;
      expect(Math.abs(both / 60_000 - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 60_000));
    }
  });

  test("changes training, and the scores of the network are without it", async () => {
    const rows = examples(60);
    const plain = await train([{ dense: 16 }], rows);
    const dropped = await train([{ dense: 16 }, { dropout: 0.5 }], rows);
    expect(dropped.weights).not.toEqual(plain.weights);
    expect(await train([{ dense: 16 }, { dropout: 0 }], rows)).toEqual(plain);
  });
});

describe("networkOf", () => {
  const random = () => stream(1, "weights");

  test("windows that do not fit are told", () => {
    expect(() => networkOf([1, 4, 4], [{ conv: 2, kernel: 5, stride: 1 }], 2, random())).toThrow(
      "expected an image of at least 5 x 5",
    );
    expect(() => networkOf([1, 4, 4], [{ dense: 3 }, { pool: 2 }], 2, random())).toThrow("a row of shape [3]");
  });

  test("the network of Carlini and Wagner has their number of weights", () => {
    const layers: Layer[] = [
      { conv: 64, kernel: 5, stride: 2 },
      { conv: 64, kernel: 3, stride: 2 },
      { conv: 64, kernel: 3, stride: 1 },
      { dense: 32 },
      { dropout: 0.5 },
    ];
    const sizes = [...networkOf([1, 28, 28], layers, 2, random()).weights.values()].map(({ data }) => data.length);
    expect(sizes).toEqual([1600, 64, 36_864, 64, 36_864, 64, 576 * 32, 32, 64, 2]);
  });
});
