import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { denseRows, InputError, splitHalves, stream, tensor } from "@carom/core";
import { describeDataset, writeNpy, writeNpz } from "@carom/core/data";
import { afterAll, describe, expect, it } from "vitest";
import { sharedData } from "../../../core/test/sharedData.ts";
import { loadDataset } from "./data.ts";

const folder = mkdtempSync(join(tmpdir(), "carom-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const x = tensor("uint8", [3, 2], [0, 255, 51, 0, 0, 102]);
const y = tensor("int64", [3, 1], [9, 8, 9]);
const other = tensor("int32", [3], [1, 1, 2]);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("loadDataset", () => {
  it("reads x and y of a .npz, scaled, with the SHA-256 of the file", async () => {
    const bytes = writeNpz({ x, y, other });
    const { dataset, contentHash } = await loadDataset(write("a.npz", bytes));
    expect(dataset.features).toEqual(tensor("float32", [3, 2], [0, 1, 0.2, 0, 0, 0.4]));
    expect([dataset.classNames, [...dataset.labels]]).toEqual([
      ["8", "9"],
      [1, 0, 1],
    ]);
    expect(contentHash).toBe(sha256(bytes));
  });

  it("accepts images and target, a named label array, and gzip", async () => {
    const bytes = gzipSync(writeNpz({ images: x, target: y, other }));
    const path = write("b.npz.gz", bytes);
    expect((await loadDataset(path)).dataset.classNames).toEqual(["8", "9"]);
    expect((await loadDataset(path, { label: "other" })).dataset.classNames).toEqual(["1", "2"]);
  });

  it("says which arrays a .npz has when it lacks the features or the labels", async () => {
    const path = write("c.npz", writeNpz({ y }));
    await expect(loadDataset(path)).rejects.toThrow(/missing array in c\.npz: expected x or images, got arrays y/);
    const unlabelled = write("d.npz", writeNpz({ x, z: y }));
    await expect(loadDataset(unlabelled)).rejects.toThrow(/expected y or target, got arrays x, z; .*--label/);
    await expect(loadDataset(path, { label: "q" })).rejects.toThrow(InputError);
  });

  it("takes arrays under other names side by side, and tells which", async () => {
    const path = write("parts.npz", writeNpz({ b: x, y, a: other }));
    const { dataset, reading } = await loadDataset(path);
    expect(dataset.featureNames).toEqual(["b[0]", "b[1]", "a"]);
    expect(reading.arrays).toEqual(["b", "a"]);
    const [, left, right] = [...dataset.labels.keys()].map((i) => denseRows(dataset, i, i + 1).data);
    expect([left[2], right[2]]).toEqual([other.data[1], other.data[2]]);
  });

  it("refuses one-hot labels", async () => {
    const oneHot = tensor("uint8", [3, 2], [0, 1, 1, 0, 0, 1]);
    const path = write("e.npz", writeNpz({ x, y: oneHot }));
    await expect(loadDataset(path)).rejects.toThrow(/shape \[N\], got shape \[3, 2\]; .*argmax/);
  });

  it("reads svmlight under each of its names, with declared columns and box", async () => {
    for (const name of ["f.svmlight", "f.svm", "f.libsvm", "f.svm.gz"]) {
      const text = "+1 1:1 3:1\n-1 2:1\n";
      const path = write(name, name.endsWith(".gz") ? gzipSync(text) : text);
      const { dataset } = await loadDataset(path, { columns: 7, box: [-1, 2] });
      expect([dataset.featureShape, dataset.classNames]).toEqual([[7], ["-1", "1"]]);
      expect([dataset.domain.lower[6], dataset.domain.upper[6]]).toEqual([-1, 2]);
    }
  });

  it("reads a pair of IDX files, hashed one after the other", async () => {
    const images = Buffer.from("00000803000000020000000100000002000033ff", "hex");
    const labels = gzipSync(Buffer.from("00000801000000020908", "hex"));
    const spec = `${write("images.idx", images)},${write("labels-idx1-ubyte.gz", labels)}`;
    const { dataset, contentHash } = await loadDataset(spec);
    expect(dataset.features).toEqual(tensor("float32", [2, 1, 2], [0, 0, 0.2, 1]));
    expect([dataset.classNames, [...dataset.labels]]).toEqual([
      ["8", "9"],
      [1, 0],
    ]);
    expect(contentHash).toBe(sha256(Buffer.concat([images, labels])));
  });

  it("reads pickles of sparse data under any of their names, in a tar archive too", async () => {
    const fixture = (name: string) => readFileSync(new URL(`../../../../fixtures/pickle/${name}`, import.meta.url));
    const pickle = fixture("cdataset.p4.pickle");
    const files = [
      write("h.pkl", pickle),
      write("h.pickle", pickle),
      write("drebin-reduced.tar.gz", fixture("drebin-reduced.tar.gz")),
      write("h.tgz", gzipSync(tar({ "README.md": Buffer.from("text"), "data/h.gz": gzipSync(pickle) }))),
      write("h.tar", tar({ "h.pickle": pickle })),
    ];
    for (const file of files) {
      const { dataset, contentHash } = await loadDataset(file, { box: [-1, 3] });
      expect(dataset).toMatchObject({ featureShape: [300], classNames: ["0", "1"], labels: Int32Array.of(0, 1, 1, 0) });
      expect(dataset.features).toMatchObject({ index: Int32Array.of(2, 299, 0, 7, 8, 200) });
      expect(contentHash).toBe(sha256(readFileSync(file)));
    }
    await expect(loadDataset(write("i.pkl", "text"))).rejects.toThrow(/unsupported data file .*i\.pkl/);
    await expect(loadDataset(write("i.tar.gz", gzipSync(tar({ a: Buffer.from("text") }))))).rejects.toThrow(
      /unsupported data file .*i\.tar\.gz/,
    );
    await expect(loadDataset(write("cut.tar", tar({ "h.pickle": pickle }).subarray(0, 1000)))).rejects.toThrow(
      /invalid cut\.tar: expected a whole tar archive, got one that ends early/,
    );
  });

  it("tells what is wrong with a name", async () => {
    await expect(loadDataset(join(folder, "none.npz"))).rejects.toThrow(/missing data file .*none\.npz.*no such file/);
    await expect(loadDataset("data.feather")).rejects.toThrow(
      /unsupported data file data\.feather: expected \.npz, .*\.svmlight.*; write the table as Parquet/,
    );
    // What a file is comes before what is said of its columns.
    await expect(loadDataset("x.feather", { label: "y" })).rejects.toThrow(/^unsupported data file x\.feather/);
    await expect(loadDataset("x.xlsx", { label: "y" })).rejects.toThrow(/^unsupported data file x\.xlsx.*numpy/);
    await expect(loadDataset("train-images-idx3-ubyte.gz")).rejects.toThrow(/with a comma between them/);
    await expect(loadDataset(write("x.npy", writeNpy(x)))).rejects.toThrow(/numpy\.savez/);
    await expect(loadDataset("a.svm", { label: "y" })).rejects.toThrow(/unsupported option --label/);
    await expect(loadDataset(`${folder}/.npz`)).rejects.toThrow(InputError);
    await expect(loadDataset(write("g.npz", "not a zip"))).rejects.toThrow(/invalid g\.npz/);
  });
});

/** A ustar archive, without the checksums of its headers. */
function tar(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, bytes]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("0", 156);
    header.write("ustar\x0000", 257);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe("real data", () => {
  const mnist = (part: string) => {
    const images = sharedData(`mnist/mnist89-${part}-images-idx3-ubyte.gz`);
    const labels = sharedData(`mnist/mnist89-${part}-labels-idx1-ubyte.gz`);
    return images && labels ? `${images},${labels}` : undefined;
  };

  // Counts from the data sets' own documentation.
  it.for([
    ["train", 5851, 5949],
    ["t10k", 974, 1009],
  ] as const)("MNIST 8 and 9, %s", async ([part, eights, nines], { skip }) => {
    const spec = mnist(part);
    if (spec === undefined) return skip();
    const { dataset } = await loadDataset(spec);
    const found = describeDataset(dataset);
    expect(found.classes).toEqual([
      { name: "8", rows: eights },
      { name: "9", rows: nines },
    ]);
    expect([found.featureShape, found.range, found.elementType]).toEqual([[28, 28], [0, 1], "float32"]);
    const halves = splitHalves(dataset, stream(1, "split")).map((half) =>
      half.filter((row) => dataset.labels[row] === 0),
    );
    expect(Math.abs(halves[0].length - halves[1].length)).toBeLessThanOrEqual(1);
  });

  it("Drebin, 1,000 apps", async ({ skip }) => {
    const path = sharedData("drebin/drebin-secml1000.svmlight.gz");
    if (path === undefined) return skip();
    const { dataset, contentHash } = await loadDataset(path, { columns: 545_334 });
    const found = describeDataset(dataset);
    expect(found.classes).toEqual([
      { name: "-1", rows: 953 },
      { name: "1", rows: 47 },
    ]);
    expect([found.rows, found.features, found.distinctRows, found.contradictoryRows]).toEqual([1000, 545_334, 949, 0]);
    expect(Math.round(found.density * 1000 * 545_334)).toBe(47_088);
    // 10,745 features occur, none of them in every app.
    expect(found.constantFeatures).toBe(545_334 - 10_745);
    expect(contentHash).toBe(sha256(readFileSync(path)));
  });

  it("Drebin-215: repeats that carry both labels", async ({ skip }) => {
    const path = sharedData("drebin/drebin215.svmlight.gz");
    if (path === undefined) return skip();
    const found = describeDataset((await loadDataset(path)).dataset);
    expect([found.rows, found.distinctRows, found.contradictoryRows]).toEqual([15_036, 7_257, 3]);
  });

  it("Drebin-215 as it is downloaded: a table with a class S or B and missing cells", async ({ skip }) => {
    const table = sharedData("drebin/drebin215.csv.gz");
    const rows = sharedData("drebin/drebin215.svmlight.gz");
    if (table === undefined || rows === undefined) return skip();
    await expect(loadDataset(table)).rejects.toThrow(/"TelephonyManager\.getSimCountryIso" .*--missing 0/);
    const { dataset } = await loadDataset(table, { missing: 0 });
    const sparse = (await loadDataset(rows, { columns: 215 })).dataset;
    expect(dataset.classNames).toEqual(["B", "S"]);
    // Benign comes first in both: -1 and 1.
    expect(dataset.labels).toEqual(sparse.labels);
    expect(sparse.classNames).toEqual(["-1", "1"]);
    const [mine, theirs] = [denseRows(dataset).data, denseRows(sparse).data];
    expect(mine.length).toBe(15_036 * 215);
    expect(mine.every((value, i) => value === theirs[i])).toBe(true);
  });

  it("LFW, seven people", async ({ skip }) => {
    const path = sharedData("lfw/lfw7-deepfunneled-62x47.npz");
    if (path === undefined) return skip();
    const { dataset } = await loadDataset(path);
    const found = describeDataset(dataset);
    expect([found.rows, found.featureShape]).toEqual([1288, [62, 47]]);
    expect(found.classes.map(({ rows }) => rows)).toEqual([77, 236, 121, 530, 109, 71, 144]);
  });
});
