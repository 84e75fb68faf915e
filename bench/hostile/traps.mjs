// Hand-made inputs, each of a kind that once made some program crash, hang, or fill the memory or the disk.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { tarOf, zipOf } from "./bytes.mjs";
import { modelTraps } from "./modelTraps.mjs";

/** @typedef {{ name: string, path: string, args: string[] }} Trap */

/** So many zero bytes, packed into a thousandth. @param {number} megabytes @param {(bytes: Buffer) => Buffer} pack */
const zeros = (megabytes, pack) => pack(Buffer.alloc(megabytes * 2 ** 20));
/** A gzip file of several members is one whose content is theirs together. @param {number} megabytes */
const gzipBomb = (megabytes) => {
  const member = zeros(64, (bytes) => gzipSync(bytes, { level: 1 }));
  return Buffer.concat(new Array(Math.ceil(megabytes / 64)).fill(member));
};

/** A .npy with a header of one's own. @param {string} header @param {Buffer} [content] */
function npyOf(header, content = Buffer.alloc(0), version = 2) {
  const size = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) size.writeUInt16LE(header.length % 65536);
  else size.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY", "latin1"),
    Buffer.from([version, 0]),
    size,
    Buffer.from(header, "latin1"),
    content,
  ]);
}
const headerOf = (/** @type {string} */ shape, descr = "'<f4'", order = "False") =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
const floats = Buffer.from(Float32Array.from({ length: 360 }, (_, i) => (i % 7) / 7).buffer);
const labels = npyOf(headerOf("(60,)", "'|u1'"), Buffer.from(Array.from({ length: 60 }, (_, i) => i % 2)));
const archive = (/** @type {Buffer} */ x, deflated = true) =>
  zipOf(
    [
      { name: "x.npy", content: x },
      { name: "y.npy", content: labels },
    ],
    deflated,
  );

/** @type {() => Record<string, Buffer | string>} */
const arrays = () => ({
  "shape-huge.npz": archive(npyOf(headerOf("(1000000000000, 6)"), floats)),
  "shape-overflow.npz": archive(npyOf(headerOf("(9223372036854775807, 9223372036854775807)"), floats)),
  "shape-zero-times-huge.npz": archive(npyOf(headerOf("(0, 4611686018427387904)"))),
  "shape-negative.npz": archive(npyOf(headerOf("(-60, -6)"), floats)),
  "shape-open.npz": archive(npyOf(`{'descr': '<f4', 'fortran_order': False, ${"'shape': (".repeat(100_000)}`)),
  "shape-blanks.npz": archive(npyOf(`{'descr':${" ".repeat(2_000_000)}'<f4', 'shape': (60, 6)}`, floats)),
  "rank-100000.npz": archive(npyOf(headerOf(`(60, 6, ${"1, ".repeat(100_000)})`, "'<f4'", "True"), floats)),
  "header-4-gigabytes.npz": archive(
    Buffer.concat([Buffer.from("\x93NUMPY\x02\x00\xff\xff\xff\xff", "latin1"), floats]),
  ),
  "objects.npz": archive(
    npyOf(
      headerOf("(60, 6)", "'|O'"),
      Buffer.from("\x80\x02cos\nsystem\nX\x14\0\0\0touch carom-was-here\x85R.", "latin1"),
    ),
  ),
  "many-entries.npz": zipOf(
    Array.from({ length: 20_000 }, (_, i) => ({ name: `a${i}.npy`, content: Buffer.alloc(0) })),
    false,
  ),
  "paths.npz": zipOf([
    { name: "../../carom-was-here.npy", content: labels },
    { name: "/tmp/carom-was-here.npy", content: labels },
  ]),
  "steering.npz": zipOf([
    { name: "\x1b[2J\x1b]0;named\x07.npy", content: labels },
    { name: "\u202eyn.npy", content: labels },
  ]),
  "bomb.npz": archive(npyOf(headerOf("(22369621, 6)"), Buffer.alloc(4 * 6 * 22369621))),
  "bomb-more-than-it-says.npz": archive(npyOf(headerOf("(60, 6)"), Buffer.alloc(512 * 1024 ** 2))),
  "no-end.npz": Buffer.from(`PK\x05\x06${"\xff".repeat(18)}`, "latin1"),
  "idx-huge.idx3-ubyte": Buffer.from([0, 0, 8, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]),
  "idx-zero.idx3-ubyte": Buffer.from([0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0]),
  "idx-axes.idx3-ubyte": Buffer.concat([Buffer.from([0, 0, 8, 255]), Buffer.alloc(4 * 255, 1)]),
});

/** @type {() => Record<string, Buffer | string>} */
const texts = () => ({
  "columns-1000000.csv": `${"0.5,".repeat(1_000_000)}1\n`.repeat(3),
  "line-of-digits.csv": `${"1".repeat(50_000_000)},1\n`,
  "line-of-blanks.csv": `${" ".repeat(50_000_000)}1,1\n`,
  "open-quote.csv": `"${"a".repeat(50_000_000)}\n`,
  "quotes.csv": '"'.repeat(20_000_001),
  "line-feeds.csv": "\n".repeat(20_000_000),
  "commas.csv": `${",".repeat(2_000_000)}\n`,
  "nul.csv": "\0".repeat(1_000_000),
  "classes-300000.csv": `a,label\n${Array.from({ length: 300_000 }, (_, i) => `${i},c${i}\n`).join("")}`,
  "long-names.csv": `${"x".repeat(3_000_000)},label\n1,0\n2,1\n`,
  "steering.csv": "a\x1b[31m,\u202elabel\n1,\x1b]0;named\x07\n2,\u2028\n",
  "formulas.csv": "a,label\n1,=1+1\n2,@SUM(A1)\n3,+1\n",
  "objects.csv": "__proto__,constructor,label\n1,2,toString\n3,4,__proto__\n",
  "same-names.csv": `${"a,".repeat(10_000)}label\n${"1,".repeat(10_000)}0\n${"2,".repeat(10_000)}1\n`,
  "index-2e9.svmlight": "1 2147483646:1\n0 1:1\n",
  "index-4e9.svmlight": "1 4294967297:1\n0 1:1\n",
  "index-1e8.svmlight": "1 100000000:1\n0 1:1\n",
  "index-text.svmlight": `1 ${"9".repeat(1_000_000)}:1\n0 1:1\n`,
  "line-of-pairs.svmlight": `1 ${Array.from({ length: 1_000_000 }, (_, i) => `${i + 1}:1`).join(" ")}\n0 1:1\n`,
  "blanks.svmlight": `1${" ".repeat(20_000_000)}1:1\n0 1:1\n`,
  "bomb.csv.gz": gzipBomb(4096),
  "bomb.svmlight.gz": gzipBomb(2048),
  "bomb.npz.gz": gzipBomb(1024),
  "bomb.pickle.gz": gzipBomb(2048),
  "size-lies.csv.gz": Buffer.concat([
    gzipSync("a,label\n1,0\n2,1\n").subarray(0, -4),
    Buffer.from([255, 255, 255, 255]),
  ]),
  "behind.csv.gz": Buffer.concat([gzipSync("a,label\n1,0\n2,1\n"), Buffer.from("more")]),
});

const mebibyte = (/** @type {string} */ memo) => `B\x00\x00\x10\x00${"\0".repeat(2 ** 20)}${memo}`;
/** Thousands of arrays that share one text of a mebibyte: each would have it once more. */
const shared = (/** @type {number} */ times) =>
  `\x80\x04${mebibyte("q\x00")}0cnumpy\ndtype\n` +
  "X\x02\0\0\0f8\x85R(K\x03X\x01\0\0\0<NNNK\xffK\xffK\0tbq\x010cnumpy.core.multiarray\n_reconstruct\n" +
  `q\x020(K\x01J\x00\x00\x02\x00\x85h\x01\x89h\x00tq\x030](${"h\x02)Rh\x03b".repeat(times)}e.`;

/** @type {() => Record<string, Buffer | string>} */
const pickles = () => {
  const p = (/** @type {string} */ code) => Buffer.from(code, "latin1");
  const sizeOf = (/** @type {string} */ size) => {
    const bytes = tarOf("a.pickle", p("\x80\x04N."));
    bytes.write(size, 124, "latin1");
    bytes.fill(" ", 148, 156);
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return bytes;
  };
  return {
    "system.pickle": p("\x80\x02cos\nsystem\nX\x14\0\0\0touch carom-was-here\x85R."),
    "process.pickle": p("\x80\x02cnode:child_process\nexecSync\nX\x14\0\0\0touch carom-was-here\x85R."),
    "marks.pickle": p(`\x80\x04${"(".repeat(5_000_000)}.`),
    "tuples.pickle": p(`\x80\x04)${"\x85".repeat(2_000_000)}.`),
    "lists.pickle": p(`\x80\x04${"]".repeat(1_000_000)}${"a".repeat(999_999)}.`),
    "long-2-gigabytes.pickle": p("\x80\x04\x8b\xff\xff\xff\x7f."),
    "long-a-million.pickle": p(`\x80\x04\x8b\x40\x42\x0f\x00${"\xff".repeat(1_000_000)}.`),
    "text-8-exabytes.pickle": p("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f."),
    "memo-far.pickle": p("\x80\x04Nr\xff\xff\xff\xffj\xff\xff\xff\xff."),
    "shared-5000.pickle": p(shared(5000)),
    "doubling.pickle": p(`\x80\x04]q\x00${Array.from({ length: 30 }, () => "(h\x00h\x00lq\x00").join("")}.`),
    "size-8-gigabytes.tar": sizeOf("77777777777\0"),
    "size-2-gigabytes.tar": sizeOf("17777777777\0"),
    "size-negative.tar": sizeOf("-0000000001\0"),
    "size-base-256.tar": sizeOf("\x80\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"),
    "headers.tar": Buffer.concat(new Array(500).fill(sizeOf("17777777777\0").subarray(0, 512))),
    "nested.tar.gz": gzipSync(tarOf("z.gz", gzipBomb(1024))),
    "bomb.tar.gz": gzipBomb(2048),
  };
};

const base = `name: small\nrepetitions: 1\ndata: { train: digits }\nsplit: { target: 0.4, surrogate: 0.3, attacked: 0.3 }
surrogates:\n  - { learner: logistic }\ntargets:\n  - { learner: logistic }\nattack: { norm: l2, epsilons: [0.5] }\n`;

/** @type {() => Record<string, string>} */
const studies = () => ({
  "aliases.yaml":
    "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" +
    `${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${new Array(10).fill(`*a${i}`)}]\n`).join("")}${base}`,
  "alias-circle.yaml": `${base}title: &t [*t]\n`,
  "alias-circle-options.yaml": base.replace("logistic }", "logistic, options: &o { C: 1, x: *o } }"),
  "nested-sequences.yaml": `title: ${"[".repeat(100_000)}${"]".repeat(100_000)}\n${base}`,
  "nested-maps.yaml": `title: ${"{a: ".repeat(20_000)}${"}".repeat(20_000)}\n${base}`,
  "nested-dashes.yaml": `title:\n  ${"- ".repeat(20_000)}x\n${base}`,
  "objects.yaml": `${base}__proto__: { repetitions: 5 }\nconstructor: 1\n`,
  "repetitions.yaml": base.replace("repetitions: 1", "repetitions: 1000000000"),
  "permutations.yaml": `${base}permutations: 1000000000000\n`,
  "seed.yaml": `${base}seed: 9007199254740993\n`,
  "surrogates.yaml": base.replace(
    "  - { learner: logistic }\n",
    Array.from({ length: 3000 }, (_, i) => `  - { learner: logistic, name: n${i} }\n`).join(""),
  ),
  "keys.yaml": `${base}${Array.from({ length: 50_000 }, (_, i) => `k${i}: 1\n`).join("")}`,
  "tag.yaml": `${base}title: !!js/function "function(){}"\n`,
  "binary.yaml": "\0\x01\x02\xff",
  "empty.yaml": "",
  "long.yaml": `${base}title: "${"a".repeat(10_000_000)}"\n`,
});

const evading = (/** @type {string} */ good, /** @type {string} */ model, /** @type {string} */ out) => [
  "evade",
  "--model",
  model,
  "--data",
  good,
  "--out",
  `${out}.npz`,
];

/** Commands that are hostile whatever their files hold. @param {string} good @param {string} model */
const commands = (good, model, out = `${model}.out`) => ({
  "name-long": ["data", "info", `${"x".repeat(5000)}.npz`],
  "name-steering": ["data", "info", "no\x1b[31msuch\nfile.npz"],
  "name-empty": ["data", "info", ""],
  "name-comma": ["data", "info", ","],
  device: ["data", "info", "/dev/zero"],
  process: ["data", "info", "/proc/self/mem"],
  "set-integer": ["fit", "logistic", "--data", good, "--out", `${out}.onnx`, "--set", "C=99999999999999999999999999"],
  "set-deep": ["fit", "logistic", "--data", good, "--out", `${out}.onnx`, "--set", `C=${"[".repeat(50_000)}`],
  widths: ["fit", "mlp", "--data", good, "--out", `${out}.onnx`, "--set", "widths=[1000000000]"],
  grid: ["fit", "logistic", "--data", good, "--out", `${out}.onnx`, "--grid", "constructor=1,2"],
  epsilons: [...evading(good, model, out), "--epsilon", Array.from({ length: 20_000 }, (_, i) => i + 1).join(",")],
  seed: [...evading(good, model, out), "--epsilon", "1", "--seed", "99999999999999999999"],
  classes: ["score", "--model", model, "--data", good, "--classes", "__proto__,constructor"],
  credential: ["audit", "--target", "htp://user:secretpassword@host/model", "--data", good],
});

/** All traps, their files written into a folder. @param {string} folder @param {string} sound @returns {Trap[]} */
export function trapsIn(folder, sound) {
  mkdirSync(folder, { recursive: true });
  const [good, model] = [join(sound, "good.npz"), join(sound, "model.onnx")];
  const put = (/** @type {string} */ name, /** @type {Buffer | string} */ content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const withFile = (
    /** @type {Record<string, Buffer | string>} */ files,
    /** @type {(path: string) => string[]} */ args,
  ) =>
    Object.entries(files).map(([name, content]) => {
      const path = put(name, content);
      return { name, path, args: args(path) };
    });
  const ofData = (/** @type {string} */ path) =>
    path.includes("idx3") ? ["data", "info", `${path},${join(sound, "labels-idx1-ubyte")}`] : ["data", "info", path];
  symlinkSync("loop.npz", join(folder, "loop.npz"));
  symlinkSync("/dev/zero", join(folder, "zero.csv"));
  const data = [arrays(), texts(), pickles()].flatMap((files) => withFile(files, ofData));
  const fits = data
    .filter(({ name }) => /csv|svmlight|bomb/.test(name) && !name.includes("pickle"))
    .map((trap) => ({
      ...trap,
      name: `fit ${trap.name}`,
      args: ["fit", "svm-linear", "--data", trap.path, "--out", `${trap.path}.out.onnx`, "--quiet"],
    }));
  const links = ["loop.npz", "zero.csv"].map((name) => ({
    name,
    path: join(folder, name),
    args: ["data", "info", join(folder, name)],
  }));
  const models = Object.entries(modelTraps()).flatMap(([name, bytes]) => {
    const path = put(`${name}.onnx`, bytes);
    return [
      ["inspect", path, "--data", good],
      ["score", "--model", path, "--data", good],
      ["evade", "--model", path, "--data", good, "--epsilon", "0.1", "--out", `${path}.out.npz`, "--quiet"],
    ].map((args) => ({ name, path, args }));
  });
  const others = Object.entries(commands(good, model)).map(([name, args]) => ({ name, path: "", args }));
  return [
    ...data,
    ...fits,
    ...links,
    ...withFile(studies(), (path) => ["study", path, "--plan"]),
    ...models,
    ...others,
  ];
}
