// Files of every format, of random shapes, types, orders and spellings, as NumPy, pandas, SciPy and scikit-learn write
// and read them; and round trips by our own writers, which need no Python.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { denseRows, stream, tensor, toNumbers } from "@carom/core";
import { type DataOptions, svmlightLine, writeNpy, writeNpz } from "@carom/core/data";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { pythonWith } from "../../test/pythonWith.ts";
import { loadDataset } from "./data.ts";

const folder = mkdtempSync(join(tmpdir(), "carom-peers-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const python = pythonWith("numpy", "pandas", "scipy", "sklearn");
if (python === undefined) console.warn("skipped: readers against peers; no Python has numpy, pandas and scikit-learn");

const writing = `
import csv, gzip, io, json, pickle, sys, tarfile, numpy, pandas, scipy.sparse, sklearn.datasets
folder, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
r = numpy.random.default_rng(seed)
pick = lambda *of: of[r.integers(len(of))]
def numbers(kind, shape):
    if kind == "b1": return r.random(shape) < 0.5
    if kind[0] == "f": return (r.normal(size=shape) * pick(1, 100) + pick(0, 3)).astype(kind)
    info = numpy.iinfo(kind)
    low, high = max(info.min, -2**40), min(info.max, 2**40)
    return r.integers(low, high, shape, endpoint=True).astype(kind)
def shaped():
    rows = int(r.integers(4, 40))
    return (rows, int(r.integers(2, 30))) if r.random() < 0.7 else (rows, *[int(n) for n in r.integers(1, 5, 3)], 2)
def swapped(a): return a.astype(a.dtype.newbyteorder(pick("<", ">")))
def ordered(a): return numpy.asfortranarray(a) if r.random() < 0.4 else a
def labels(rows): return numpy.arange(rows) % int(r.integers(2, 4)) + int(r.integers(-1, 3))
def meant(x):
    x = x.reshape(len(x), -1)
    if x.dtype == numpy.uint8 and x.max() > 1: return x / 255
    return x.astype("f8")
kinds = ["f2", "f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "b1"]
def npy(name):
    shape = shaped()
    numpy.save(folder + name + ".x.npy", ordered(swapped(numbers(pick(*kinds), shape))))
    numpy.save(folder + name + ".y.npy", swapped(labels(shape[0]).astype(pick("i1", "i4", "i8", "f8"))))
    path = [name + ".x.npy", name + ".y.npy"]
    return ",".join(folder + p for p in path), {}, meant(numpy.load(folder + path[0])), numpy.load(folder + path[1])
def npz(name):
    shape, path = shaped(), folder + name + ".npz"
    save = pick(numpy.savez, numpy.savez_compressed)
    save(path, x=ordered(swapped(numbers(pick(*kinds), shape))), y=swapped(labels(shape[0])))
    found = numpy.load(path)
    return path, {}, meant(found["x"]), found["y"]
def idx(name):
    codes = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
    def write(path, code, a):
        with opened(path, "wb") as file:
            file.write(bytes([0, 0, code, a.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in a.shape))
            file.write(a.astype(codes[code]).tobytes())
    ending, opened = pick(("", open), (".gz", gzip.open))
    code, shape = pick(*codes), shaped()
    x, y = numbers(codes[code].lstrip(">"), shape), numpy.abs(labels(shape[0]))
    paths = [folder + name + "-images-idx3-ubyte" + ending, folder + name + "-labels-idx1-ubyte" + ending]
    write(paths[0], code, x)
    write(paths[1], 8, y)
    return ",".join(paths), {}, meant(x), y
def table(name):
    rows, columns = shaped()[0], int(r.integers(2, 9))
    kinds = [pick("f4", "f8", "i2", "i4") for _ in range(columns)]
    x = pandas.DataFrame({f'f "{j}", of {columns}': numbers(kind, rows) for j, kind in enumerate(kinds)})
    options = {}
    if r.random() < 0.5:
        x = x.mask(r.random(x.shape) < 0.1)
        options["missing"] = 0
    words = pick([' a, "b"', "ü", "c"], ["yes", "no"], ["0", "1"])
    x["class"] = [words[i % len(words)] for i in range(rows)]
    path = folder + name + ".csv" + pick("", ".gz")
    separator = pick(",", ";", "\\t")
    quoting = pick(csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC)
    x.to_csv(path, index=False, sep=separator, quoting=quoting, lineterminator=pick("\\n", "\\r\\n"))
    found = pandas.read_csv(path, sep=separator, float_precision="round_trip", dtype={"class": str})
    y = found.pop("class").str.strip()
    return path, options, found.fillna(0).to_numpy("f8"), y
def sparse(rows):
    columns = int(r.integers(2, 60))
    x = scipy.sparse.random(rows, columns, 0.3, "csr", pick("f4", "f8"), rng=r)
    x[0, columns - 1] = 1
    if r.random() < 0.3: x.data = numpy.ceil(x.data * 1000).astype(pick("i4", "i8", "f8"))
    return x.tocsr()
def svmlight(name):
    rows, zero = shaped()[0], bool(r.random() < 0.5)
    x, path = sparse(rows), folder + name + ".svmlight"
    sklearn.datasets.dump_svmlight_file(x, labels(rows), path, zero_based=zero, comment=pick(None, "made"))
    found, y = sklearn.datasets.load_svmlight_file(path, zero_based=zero, n_features=x.shape[1])
    if r.random() < 0.4:
        with gzip.open(path + ".gz", "wb") as file: file.write(open(path, "rb").read())
        path += ".gz"
    return path, {"zeroBased": True} if zero else {}, found.toarray(), y
def pickled(name):
    rows = shaped()[0]
    x, y = sparse(rows), labels(rows)
    if r.random() < 0.4: x.indices, x.indptr = x.indices.astype("i8"), x.indptr.astype("i8")
    # More than a reader keeps at once, so that bytes are left in the file.
    if r.random() < 0.4: x, y = scipy.sparse.vstack([x] * 300, "csr"), numpy.tile(y, 300)
    content = pickle.dumps({"X": x, "y": y} if r.random() < 0.5 else (y, [x]), protocol=int(r.integers(2, 6)))
    ending, mode = pick((".pickle", None), (".pkl.gz", "gz"), (".tar", "w"), (".tar.gz", "w:gz"))
    path = folder + name + ending
    if mode in (None, "gz"):
        with (gzip.open if mode else open)(path, "wb") as file: file.write(content)
    else:
        with tarfile.open(path, mode) as file:
            for each, part in [("notes.txt", b"n" * 700), ("rows.pickle", content)]:
                entry = tarfile.TarInfo(each)
                entry.size = len(part)
                file.addfile(entry, io.BytesIO(part))
    return path, {}, x.toarray(), y
made = []
for k in range(count):
    write = [npy, npz, idx, table, svmlight, pickled][k % 6]
    path, options, x, y = write(f"/{k}")
    x.astype("<f8").tofile(f"{folder}/{k}.expected")
    named = [str(each) if isinstance(each, str) else str(int(each)) for each in y]
    made.append({"path": path, "options": options, "shape": x.shape, "labels": named})
print(json.dumps(made))
`;

interface Made {
  readonly path: string;
  readonly options: DataOptions;
  readonly shape: readonly [number, number];
  readonly labels: readonly string[];
}

it.skipIf(python === undefined)(
  "reads what others write as they read it",
  async () => {
    const seed = 1;
    const { stdout, stderr, status } = spawnSync(python!, ["-c", writing, folder, String(seed), "60"], {
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    expect(status, stderr).toBe(0);
    for (const [k, { path, options, shape, labels }] of (JSON.parse(stdout) as Made[]).entries()) {
      const { dataset } = await loadDataset(path, options).catch((error) => {
        throw new Error(`${path}, seed ${seed}: ${error.message}`);
      });
      const what = `${path}, seed ${seed}`;
      const found = toNumbers(denseRows(dataset));
      const { buffer } = new Uint8Array(readFileSync(at(`${k}.expected`)));
      const expected = new Float64Array(buffer);
      expect(found.length, what).toBe(shape[0] * shape[1]);
      // The very number, or the nearest in float32.
      const wrong = found.findIndex((value, i) => value !== expected[i] && value !== Math.fround(expected[i]));
      expect(wrong < 0 ? "" : `${found[wrong]} for ${expected[wrong]} at ${wrong}`, what).toBe("");
      expect(
        Array.from(dataset.labels, (label) => dataset.classNames[label]),
        what,
      ).toEqual(labels);
    }
  },
  120_000,
);

it("reads what our own writers write", async () => {
  const cases = fc.record({
    n: fc.integer({ min: 3, max: 30 }),
    d: fc.integer({ min: 2, max: 12 }),
    seed: fc.nat(),
    isPacked: fc.boolean(),
    format: fc.constantFrom("npz", "npy", "csv", "svmlight"),
  });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ n, d, seed, isPacked, format }) => {
      const random = stream(seed, "rows");
      const numbers = Array.from({ length: n * d }, () => Math.fround(random.normal()));
      const labels = Array.from({ length: n }, (_, i) => (i % 3) - 1);
      const x = tensor("float32", [n, d], numbers);
      const y = tensor("int32", [n], labels);
      const row = (i: number) => numbers.slice(i * d, (i + 1) * d);
      const text = {
        csv: () => `${labels.map((label, i) => `${row(i).join(",")},${label}`).join("\r\n")}\r\n`,
        svmlight: () => labels.map((label, i) => svmlightLine(label, row(i).entries())).join(""),
      };
      const base = `own${count++}`;
      const save = (name: string, content: Uint8Array | string) => {
        const path = at(`${base}${name}${isPacked ? ".gz" : ""}`);
        writeFileSync(path, isPacked ? gzipSync(content) : content);
        return path;
      };
      const path =
        format === "npz"
          ? save(".npz", writeNpz({ x, y }))
          : format === "npy"
            ? [save(".x.npy", writeNpy(x)), save(".y.npy", writeNpy(y))].join(",")
            : save(`.${format}`, text[format as keyof typeof text]());
      const { dataset } = await loadDataset(path, format === "svmlight" ? { columns: d } : {});
      expect(toNumbers(denseRows(dataset))).toEqual(numbers);
      expect(Array.from(dataset.labels, (label) => Number(dataset.classNames[label]))).toEqual(labels);
    }),
    { numRuns: 60 },
  );
});
