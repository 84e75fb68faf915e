// What large files cost: memory of every process and processor time, of each verb that reads data, over all formats.
// usage: node bench/readers.mjs [megabytes] [formats] [verbs]
//   formats  of the list below, with commas between, or all; verbs  read,info,fit,score,audit, or all
//   PYTHON names a Python with numpy, scipy, scikit-learn and polars; CAROM_BENCH a folder to keep the files in
//
// Memory is the peak of each process (VmHWM of /proc, Linux only): the one that waits, the command, the largest worker.
// Allowed is 1.2 times the features' size in float32 (of sparse rows with their columns) plus 200 MB. Time is of the
// processor, of the whole process tree, and by the clock behind it. Every verb reads first, so that its time is read
// beside that of reading alone, which is what another reader of the format is held against: training and attacks do
// more than any reader.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const megabytes = Number(process.argv[2] ?? 300);
const chosen = (argument, all) => (argument === undefined || argument === "all" ? all : argument.split(","));
const python = process.env.PYTHON ?? "python3";
const built = (path) => fileURLToPath(new URL(`../packages/cli/dist/${path}`, import.meta.url));
const command = built("../bin/carom.js");
const folder = process.env.CAROM_BENCH ?? mkdtempSync(join(tmpdir(), "carom-readers-"));
mkdirSync(folder, { recursive: true });
const at = (name) => join(folder, name);

/** How a file of each format is made, what of it is given to the command, and how another reader reads it. */
const formats = {
  "wide.csv": ["csv('wide.csv', 50)", "polars", "polars.read_csv(path)"],
  "tall.csv": ["csv('tall.csv', 5)", "polars", "polars.read_csv(path)"],
  "stored.npz": ["npz('stored.npz', numpy.savez, images(0.4))", "numpy", "[numpy.load(path)[k] for k in 'xy']"],
  "deflated.npz": [
    "npz('deflated.npz', numpy.savez_compressed, images(0.2))",
    "numpy",
    "[numpy.load(path)[k] for k in 'xy']",
  ],
  "double.npz": ["npz('double.npz', numpy.savez, table('f8'))", "numpy", "[numpy.load(path)[k] for k in 'xy']"],
  "fortran.npz": [
    "npz('fortran.npz', numpy.savez, tuple(numpy.asfortranarray(a) for a in table('f4')))",
    "numpy",
    "[numpy.load(path)[k] for k in 'xy']",
  ],
  "bytes.npz": ["npz('bytes.npz', numpy.savez, pixels(0.2))", "numpy", "[numpy.load(path)[k] for k in 'xy']"],
  idx: ["idx('', open)", "numpy", "[numpy.fromfile(p, 'u1') for p in path.split(',')]"],
  "idx.gz": [
    "idx('.gz', lambda p, m: gzip.open(p, m, 1))",
    "numpy",
    "[numpy.frombuffer(gzip.open(p).read(), 'u1') for p in path.split(',')]",
  ],
  "rows.svmlight": ["lines('rows.svmlight', open)", "scikit-learn", "sklearn.datasets.load_svmlight_file(path)"],
  "rows.svmlight.gz": [
    "lines('rows.svmlight.gz', lambda p, m: gzip.open(p, m, 1))",
    "scikit-learn",
    "sklearn.datasets.load_svmlight_file(path)",
  ],
  "rows.pickle": ["pickled('rows.pickle')", "pickle", "pickle.load(open(path, 'rb'))"],
  "rows.tar": ["tarred('rows.tar')", "pickle", "pickle.load(tarfile.open(path).extractfile('rows.pickle'))"],
};

const given = (format) =>
  format.startsWith("idx")
    ? [`images-idx3-ubyte`, `labels-idx1-ubyte`].map((each) => at(each + format.slice(3))).join(",")
    : at(format);

const prepare = `
import gzip, io, json, pickle, sys, tarfile, numpy, polars, scipy.sparse
megabytes, folder = float(sys.argv[1]), sys.argv[2] + "/"
random = numpy.random.default_rng(1)
def tell(rows, columns, bytes): print(json.dumps([rows, columns, bytes / 1e6]))
def labels_of(x):
    # Two classes that overlap.
    z = numpy.concatenate([x[i : i + 10000] @ numpy.linspace(-1, 1, x.shape[1]) for i in range(0, len(x), 10000)])
    return (z + random.normal(size=len(z)) * z.std() > numpy.median(z)).astype(int)
def csv(name, columns):
    # About 19 bytes a number.
    rows = int(megabytes * 1e6 / 19 / columns)
    x = random.random((rows, columns))
    columns_of = {f"f{j}": x[:, j] for j in range(columns)}
    polars.DataFrame({**columns_of, "class": labels_of(x)}).write_csv(folder + name)
    tell(rows, columns, 4 * x.size)
def pixels(share):
    rows = int(megabytes * 1e6 / 784 / 4)
    y = random.integers(0, 10, rows)
    # The same pixels are likely in each class, and some noise in all: no class is known for sure.
    likely = random.random((10, 784)) ** (1 / share - 1)
    x = numpy.concatenate([
        random.integers(1, 256, (len(part), 784), "u1") * (random.random((len(part), 784)) < likely[part])
        for part in numpy.array_split(y, 50)])
    flipped = random.random(rows) < 0.1
    y[flipped] = random.integers(0, 10, flipped.sum())
    return x.astype("u1"), y
def images(share):
    x, y = pixels(share)
    return (x / numpy.float32(255)).astype("f4"), y
def table(kind):
    rows = int(megabytes * 1e6 / 100 / 4)
    x = random.normal(size=(rows, 100)).astype(kind)
    return x, labels_of(x)
def npz(name, save, parts):
    save(folder + name, x=parts[0], y=parts[1])
    tell(*parts[0].shape, 4 * parts[0].size)
def idx(ending, opened):
    x, y = pixels(0.2)
    def write(name, a):
        with opened(folder + name + ending, "wb") as file:
            file.write(bytes([0, 0, 8, a.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in a.shape) + a.tobytes())
    write("images-idx3-ubyte", x.reshape(-1, 28, 28))
    write("labels-idx1-ubyte", y.astype("u1"))
    tell(*x.shape, 4 * x.size)
def sparse():
    rows, columns = int(megabytes * 1e6 / 8 / 100), 100_000
    index = numpy.sort((random.random((rows, 100)) ** 3 * columns).astype("i4"), 1)
    keep = numpy.concatenate([numpy.ones((rows, 1), bool), index[:, 1:] != index[:, :-1]], 1)
    start = numpy.concatenate([[0], keep.sum(1).cumsum()]).astype("i4")
    value = random.integers(1, 1000, keep.sum()) / 1000
    x = scipy.sparse.csr_matrix((value, index[keep], start), (rows, columns))
    z = x @ random.normal(size=columns)
    y = (z + random.normal(size=rows) * z.std() > 0).astype(int)
    tell(rows, columns, 8 * x.nnz + 4 * rows)
    return x, y
def lines(name, opened):
    x, y = sparse()
    with opened(folder + name, "wb") as file:
        for i in range(x.shape[0]):
            part = slice(x.indptr[i], x.indptr[i + 1])
            row = " ".join(f"{j + 1}:{v:g}" for j, v in zip(x.indices[part], x.data[part]))
            file.write(f"{y[i]} {row}\\n".encode())
def pickled(name):
    x, y = sparse()
    with open(folder + name, "wb") as file: pickle.dump({"X": x, "y": y}, file)
def tarred(name):
    x, y = sparse()
    content = pickle.dumps({"X": x, "y": y})
    with tarfile.open(folder + name, "w") as file:
        entry = tarfile.TarInfo("rows.pickle")
        entry.size = len(content)
        file.addfile(entry, io.BytesIO(content))
`;
const others = `
import gzip, pickle, sys, tarfile, numpy
path = sys.argv[1]
`;
const imports = { polars: "import polars\n", "scikit-learn": "import sklearn.datasets\n" };
const reading = `import { loadDataset } from ${JSON.stringify(built("host/data.js"))}; await loadDataset(process.argv[1]);`;

/** The commands of each verb; what fit writes is what is scored and audited. */
const verbs = {
  read: (file) => ["--input-type=module", "-e", reading, file],
  info: (file) => [command, "data", "info", file],
  fit: (file) => [command, "fit", "logistic", "--data", file, "--out", at("model.onnx"), "--set", "tolerance=1e-4"],
  score: (file) => [command, "score", "--model", at("model.onnx"), "--data", file],
  audit: (file) => [
    ...[command, "audit", "--target", at("model.onnx"), "--data", file, "--points", "1000"],
    ...["--surrogates", "logistic", "--out", at("run")],
  ],
};

/** The processes below one, itself among them. */
function tree(root) {
  const found = [root];
  for (const each of found) {
    try {
      found.push(...readFileSync(`/proc/${each}/task/${each}/children`, "utf8").split(" ").filter(Boolean).map(Number));
    } catch {}
  }
  return found;
}

const roles = [/worker\.js/, /command\.js/, /./];
const LOOK_MS = 50;
const times = ({ seconds, wall }) => `${seconds.toFixed(2)} (${wall.toFixed(2)})`;

/**
 * Processor seconds of the process tree, those by the clock, and the peak in MB of each kind of process: workers, the
 * command, others.
 */
function measure(command, args) {
  return new Promise((resolve, reject) => {
    const report = at("time");
    const child = spawn("/usr/bin/time", ["-o", report, "-f", "%U %S %e", command, ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, CAROM_STORE: at("store") },
    });
    let errors = "";
    child.stderr.on("data", (piece) => {
      errors += piece;
    });
    const peaks = [0, 0, 0];
    const look = setInterval(() => {
      for (const each of tree(child.pid).slice(1)) {
        try {
          const line = readFileSync(`/proc/${each}/cmdline`, "latin1");
          const peak = Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1] ?? 0) * 1024e-6;
          const role = roles.findIndex((role) => role.test(line));
          peaks[role] = Math.max(peaks[role], peak);
        } catch {}
      }
    }, LOOK_MS);
    child.on("error", reject).on("close", (status) => {
      clearInterval(look);
      rmSync(at("store"), { recursive: true, force: true });
      rmSync(at("run"), { recursive: true, force: true });
      if (status !== 0)
        return reject(new Error(`${args.join(" ").slice(-300)} ended with ${status}: ${errors.slice(-500)}`));
      const [user, system, wall] = readFileSync(report, "utf8").trim().split("\n").at(-1).split(" ").map(Number);
      resolve({ seconds: user + system, wall, peaks });
    });
  });
}

/** Makes a file, unless it is kept from before; tells rows, columns and megabytes of its features in float32. */
async function made(format) {
  const facts = at(`${format}.${megabytes}.json`);
  if (!existsSync(facts)) {
    const text = await new Promise((resolve, reject) => {
      const child = spawn(python, ["-c", `${prepare}\n${formats[format][0]}`, String(megabytes), folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      child.stdout.on("data", (piece) => {
        output += piece;
      });
      child.on("close", (status) => (status === 0 ? resolve(output) : reject(new Error(`no ${format}: ${status}`))));
    });
    writeFileSync(facts, text);
  }
  return JSON.parse(readFileSync(facts, "utf8"));
}

try {
  console.log(`${megabytes} MB of text or of float32; load ${loadavg()[0].toFixed(1)}; * is more than allowed\n`);
  console.log(
    "| format | shape | verb | waiting, MB | command | worker | allowed | s (clock) | over reading | other | " +
      "other, s (clock) | ratio |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const format of chosen(process.argv[3], Object.keys(formats))) {
    const [rows, columns, size] = await made(format);
    const [, other, program] = formats[format];
    const asked = chosen(process.argv[4], Object.keys(verbs));
    const isReading = (verb) => verb === "read" || verb === "info";
    const theirs = asked.some(isReading)
      ? await measure(python, ["-c", `${others}${imports[other] ?? ""}${program}`, given(format)])
      : undefined;
    const allowed = 1.2 * size + 200;
    let alone;
    for (const verb of asked) {
      if (verb === "fit") rmSync(at("model.onnx"), { force: true });
      const ours = await measure(process.execPath, verbs[verb](given(format)));
      if (verb === "read") alone = ours.seconds;
      // What only reads is one process, which does what the command does.
      const [worker, main, waiting] = verb === "read" ? [0, ours.peaks[2], 0] : ours.peaks;
      const shown = (peak) => (peak > 0 ? `${peak.toFixed(0)}${peak > allowed ? " *" : ""}` : "");
      const cells = [
        format,
        `${rows} x ${columns}`,
        verb,
        ...[waiting, main, worker].map(shown),
        allowed.toFixed(0),
        times(ours),
        alone === undefined ? "" : (ours.seconds - alone).toFixed(2),
        other,
        theirs ? times(theirs) : "",
        theirs && isReading(verb)
          ? `${(ours.seconds / theirs.seconds).toFixed(1)} (${(ours.wall / theirs.wall).toFixed(1)})`
          : "",
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
    if (!process.env.CAROM_BENCH) for (const each of readdirSync(folder)) rmSync(at(each), { recursive: true });
  }
} finally {
  if (!process.env.CAROM_BENCH) rmSync(folder, { recursive: true, force: true });
}
