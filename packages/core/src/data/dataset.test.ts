import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { tensor, toNumbers, zeros } from "../tensor.ts";
import { dataset, denseRows, featureCount, keepRows, rowCount, takeRows } from "./dataset.ts";
import { withClasses } from "./labels.ts";
import { isSparse, sparseFromDense } from "./sparse.ts";

const bytes = tensor("uint8", [3, 1, 2], [0, 51, 255, 102, 0, 204]);
const floats = tensor("float32", [3, 2], [0, -1, 2.5, 0, 0, 4]);

describe("dataset", () => {
  it("scales uint8 by 255 into the box [0, 1] and keeps the shape of a row", () => {
    const data = dataset({ features: bytes, labels: [9, 8, 9] });
    expect(data.features).toEqual(tensor("float32", [3, 1, 2], [0, 0.2, 1, 0.4, 0, 0.8]));
    expect([...data.domain.lower, ...data.domain.upper]).toEqual([0, 0, 1, 1]);
    expect([data.featureShape, featureCount(data), rowCount(data)]).toEqual([[1, 2], 2, 3]);
  });

  it("takes bytes of which none is above 1 for flags, and others as it is told", () => {
    const flags = dataset({ features: tensor("uint8", [2, 2], [0, 1, 1, 1]), labels: [0, 1] });
    expect(flags.features).toEqual(tensor("float32", [2, 2], [0, 1, 1, 1]));
    expect([flags.domain.lower[0], flags.domain.upper[1]]).toEqual([0, 1]);
    const raw = dataset({ features: bytes, labels: [9, 8, 9], bytes: "raw" });
    expect(raw.features).toEqual(tensor("float32", [3, 1, 2], [0, 51, 255, 102, 0, 204]));
    expect([raw.domain.lower[0], raw.domain.upper[1]]).toEqual([0, 255]);
    const unit = dataset({ features: tensor("uint8", [2, 1], [0, 1]), labels: [0, 1], bytes: "unit" });
    expect(toNumbers(denseRows(unit))).toEqual([0, Math.fround(1 / 255)]);
  });

  it("names classes by the labels found, in numerical order, and stores positions", () => {
    const data = dataset({ features: floats, labels: [10, 9, 10] });
    expect([data.classNames, [...data.labels]]).toEqual([
      ["9", "10"],
      [1, 0, 1],
    ]);
    const signs = dataset({ features: floats, labels: BigInt64Array.from([1n, -1n, 1n]) });
    expect([signs.classNames, [...signs.labels]]).toEqual([
      ["-1", "1"],
      [1, 0, 1],
    ]);
  });

  it("takes labels as positions where class names are given", () => {
    const data = dataset({ features: floats, labels: [2, 0, 2], classNames: ["a", "b", "c"] });
    expect([data.classNames, [...data.labels]]).toEqual([
      ["a", "b", "c"],
      [2, 0, 2],
    ]);
    const wrong = () => dataset({ features: floats, labels: [0, 3, 0], classNames: ["a", "b", "c"] });
    expect(wrong).toThrow(/positions 0 to 2 .* got 3 in row 1/);
  });

  it("bounds each column of a table by its own values where no box is declared", () => {
    const { domain } = dataset({ features: floats, labels: [0, 1, 0] });
    expect([[...domain.lower], [...domain.upper]]).toEqual([
      [0, -1],
      [2.5, 4],
    ]);
  });

  it("counts the zeros that sparse rows leave out into their range", () => {
    const positive = sparseFromDense(tensor("float64", [2, 2], [3, 0, 2, 5]));
    expect(dataset({ features: positive, labels: [0, 1] }).domain.lower[0]).toBe(0);
    const full = sparseFromDense(tensor("float64", [2, 2], [3, 4, 2, 5]));
    expect(dataset({ features: full, labels: [0, 1], domain: [0, 9] }).domain.upper[1]).toBe(9);
  });

  it("keeps float64, and makes integers float32 where that is exact, else float64", () => {
    const typeOf = (features: Parameters<typeof dataset>[0]["features"]) =>
      (dataset({ features, labels: [0, 1] }).features as { type: string }).type;
    expect(typeOf(tensor("float64", [2, 1], [0.1, 0.2]))).toBe("float64");
    expect(typeOf(tensor("int32", [2, 1], [-5, 2 ** 24]))).toBe("float32");
    expect(typeOf(tensor("int32", [2, 1], [-5, 2 ** 24 + 1]))).toBe("float64");
    expect(typeOf(tensor("int64", [2, 1], [1, 2 ** 40 + 1]))).toBe("float64");
    const flags = dataset({ features: tensor("bool", [2, 1], [0, 1]), labels: [0, 1] });
    expect(flags.features).toEqual(tensor("float32", [2, 1], [0, 1]));
  });

  it("gives rows another shape of the same size", () => {
    const data = dataset({ features: bytes, labels: [0, 1, 0], featureShape: [2] });
    expect(denseRows(data).shape).toEqual([3, 2]);
    const wrong = () => dataset({ features: bytes, labels: [0, 1, 0], featureShape: [3] });
    expect(wrong).toThrow(/a shape of 2 features, got \[3\], of 3/);
  });
});

describe("dataset refuses", () => {
  const refused = (input: Parameters<typeof dataset>[0], message: RegExp) => {
    expect(() => dataset(input)).toThrow(InputError);
    expect(() => dataset(input)).toThrow(message);
  };

  it("rows and labels that differ in number, naming both", () => {
    refused({ features: floats, labels: [0, 1] }, /got 3 rows and 2 labels/);
  });

  it("NaN and infinities, counted and placed", () => {
    const features = tensor("float32", [2, 2], [0, 1, Number.NaN, Number.POSITIVE_INFINITY]);
    refused({ features, labels: [0, 1] }, /got 2 NaN or infinite, the first NaN in row 1, column 0/);
  });

  it("labels that are no integers", () => {
    refused({ features: floats, labels: [0, 1.5, 0] }, /expected integers or words, one per class, got 1\.5 in row 1/);
  });

  it("no rows, no features, and no axis of features", () => {
    refused({ features: zeros("float32", [0, 2]), labels: [] }, /at least one row of at least one feature/);
    refused({ features: zeros("float32", [2, 0]), labels: [0, 1] }, /at least one row of at least one feature/);
    refused({ features: zeros("float32", [2]), labels: [0, 1] }, /got shape \[2\]/);
  });

  it("values outside the declared box, counted and placed", () => {
    refused({ features: floats, labels: [0, 1, 0], domain: [0, 3] }, /got 2 outside, the first -1 in row 0, column 1/);
    refused({ features: floats, labels: [0, 1, 0], domain: [0, 3] }, /--box/);
    const domain = { lower: Float64Array.of(0, -1), upper: Float64Array.of(2, 4) };
    refused({ features: floats, labels: [0, 1, 0], domain }, /got 1 outside, the first 2\.5 in row 1, column 0/);
    const kinds = ["integer", "real"] as const;
    const whole = { lower: Float64Array.of(0, -1), upper: Float64Array.of(3, 4), kinds };
    refused({ features: floats, labels: [0, 1, 0], domain: whole }, /got 1 outside, the first 2\.5/);
  });

  it("boxes that are empty, of another length, or meant for bytes before the division", () => {
    refused({ features: floats, labels: [0, 1, 0], domain: [4, -1] }, /got \[4, -1\]/);
    refused(
      { features: zeros("float32", [2, 2]), labels: [0, 1] },
      /a lower bound below the upper bound, got \[0, 0\]/,
    );
    refused({ features: bytes, labels: [0, 1, 0], domain: [0, 255] }, /uint8 features are divided by 255/);
    const short = { lower: Float64Array.of(-9), upper: Float64Array.of(9) };
    refused({ features: floats, labels: [0, 1, 0], domain: short }, /bounds for 2 features, got 1 lower/);
    refused({ features: sparseFromDense(floats), labels: [0, 1, 0], domain: [-2, -1] }, /a box that contains 0/);
  });

  it("sparse rows out of order", () => {
    const sound = sparseFromDense(floats);
    refused({ features: { ...sound, columns: 1 }, labels: [0, 1, 0] }, /columns ascending below 1/);
    const twice = { rows: 1, columns: 3, start: Int32Array.of(0, 2), index: Int32Array.of(1, 1) };
    refused({ features: { ...twice, value: Float64Array.of(1, 2) }, labels: [0] }, /invalid sparse rows/);
  });

  it("no float32 value that its box rounds to", () => {
    const features = tensor("float32", [2, 1], [0, 0.1]);
    expect(features.data[1]).toBeGreaterThan(0.1);
    expect(dataset({ features, labels: [0, 1], domain: [0, 0.1] }).domain.upper[0]).toBe(0.1);
  });
});

describe("rows of a dataset", () => {
  const dense = dataset({ features: floats, labels: [5, 6, 7] });
  const sparse = dataset({ features: sparseFromDense(floats), labels: [5, 6, 7] });

  it("takes rows in the order given, repeats included, dense and sparse alike", () => {
    const chosen = takeRows(dense, [2, 0, 2]);
    expect(chosen.features).toEqual(tensor("float32", [3, 2], [0, 4, 0, -1, 0, 4]));
    expect([...chosen.labels]).toEqual([2, 0, 2]);
    const taken = takeRows(sparse, [2, 0, 2]);
    expect(isSparse(taken.features)).toBe(true);
    expect(toNumbers(denseRows(taken))).toEqual([0, 4, 0, -1, 0, 4]);
    expect([...taken.labels]).toEqual([2, 0, 2]);
  });

  it("keeps rows in the memory of all, as a copy of them would be", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.nat({ max: 3 })), (n, numbers) => {
        const draw = () => numbers.next().value;
        const features = tensor(
          "float32",
          [n, 2, 3],
          Array.from({ length: 6 * n }, () => Math.max(0, draw() - 1)),
        );
        const labels = Array.from({ length: n }, draw);
        const rows = Int32Array.from({ length: n }, (_, i) => i).filter(() => draw() > 1);
        for (const given of [features, sparseFromDense(features)]) {
          const data = dataset({ features: given, labels, domain: [0, 2], classNames: ["0", "1", "2", "3"] });
          const expected = takeRows(data, rows);
          const kept = keepRows(data, rows);
          expect(kept).toEqual(expected);
          const memory = (of: typeof data) => (isSparse(of.features) ? of.features.value : of.features.data).buffer;
          expect(memory(kept)).toBe(memory(data));
        }
      }),
    );
  });

  it("writes blocks of sparse rows out in the shape of a row", () => {
    const shaped = dataset({ features: sparseFromDense(floats), labels: [5, 6, 7], featureShape: [1, 2] });
    expect(denseRows(shaped, 1, 3)).toEqual(tensor("float64", [2, 1, 2], [2.5, 0, 0, 4]));
    expect(denseRows(dense, 1, 2)).toEqual(tensor("float32", [1, 2], [2.5, 0]));
  });

  it("drops stored zeros, so that equal rows have equal entries", () => {
    const stored = { rows: 1, columns: 2, start: Int32Array.of(0, 2), index: Int32Array.of(0, 1) };
    const data = dataset({ features: { ...stored, value: Float64Array.of(0, 3) }, labels: [1] });
    expect(data.features).toEqual(sparseFromDense(tensor("float64", [1, 2], [0, 3])));
  });

  it("renumbers classes after another list, and refuses strangers", () => {
    const renumbered = withClasses(dense, ["7", "4", "5", "6"]);
    expect([[...renumbered.labels], renumbered.classNames]).toEqual([
      [2, 3, 0],
      ["7", "4", "5", "6"],
    ]);
    expect(() => withClasses(dense, ["5", "6"])).toThrow(/unknown class "7"/);
  });
});
