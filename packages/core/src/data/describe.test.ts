import { describe, expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import { dataset } from "./dataset.ts";
import { describeDataset } from "./describe.ts";
import { sparseFromDense } from "./sparse.ts";

// Column 0 is constant, column 2 all zero. Rows 0, 1 and 4 are equal, with two labels among them; rows 2 and 5 are
// equal.
const rows = [2, 0, 0, 1, 2, 0, 0, 1, 2, -3, 0, 0, 2, 0.5, 0, 0, 2, 0, 0, 1, 2, -3, 0, 0];
const features = tensor("float32", [6, 2, 2], rows);
const labels = [8, 8, 9, 9, 9, 9];
const counted = {
  rows: 6,
  features: 4,
  featureShape: [2, 2],
  classes: [
    { name: "8", rows: 2 },
    { name: "9", rows: 4 },
  ],
  range: [-3, 2],
  box: [-5, 5],
  bounds: "shared",
  density: 12 / 24,
  distinctRows: 3,
  repeatedRows: 5,
  contradictoryRows: 1,
  constantFeatures: 2,
};

describe("describeDataset", () => {
  it("counts what was put into dense rows", () => {
    const description = describeDataset(dataset({ features, labels, domain: [-5, 5] }));
    expect(description).toEqual({ ...counted, storage: "dense", elementType: "float32", bytes: 96 });
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });

  it("counts the same in sparse rows", () => {
    const input = { features: sparseFromDense(features), labels, featureShape: [2, 2], domain: [-5, 5] } as const;
    // 7 starts, 12 columns and 12 values of 4 bytes.
    const storage = { storage: "sparse", elementType: "float32", bytes: 7 * 4 + 12 * 4 + 12 * 4 };
    expect(describeDataset(dataset(input))).toEqual({ ...counted, ...storage });
  });
});
