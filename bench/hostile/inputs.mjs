// What is mutated, how, and which commands read it: a sound input of each format in a folder of its own.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { dataset, fit, learnerByName, modelFromBytes, openModel, runtimeFrom, stream, tensor } from "@carom/core";
import { svmlightLine, writeNpz } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { parse, stringify } from "yaml";
import { createProgram } from "../../packages/cli/dist/program.js";
import { anyByte, gz, idx, npz, pickle, protobuf, tar, tarOf } from "./bytes.mjs";
import { parquet } from "./parquet.mjs";
import { picture, soundPngs } from "./pictures.mjs";
import { changed, pick, text, WORDS } from "./words.mjs";

const { commands: declared } = await createProgram();

/** @typedef {import("@carom/core").Stream} Stream */
/** @typedef {(bytes: Buffer, random: Stream) => Buffer} Mutation */
/**
 * @typedef Format
 * @property {number} share of all inputs
 * @property {string} ending of the file's name
 * @property {readonly Buffer[]} sound
 * @property {Mutation} mutate
 * @property {(path: string, bytes: Buffer, which: number) => void} [write] puts an input there; a file where absent
 * @property {(path: string, random: Stream, which: number) => string[]} args of the command that reads it; which sound
 * one it was
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const filesIn = (/** @type {string} */ folder, /** @type {RegExp} */ named) =>
  readdirSync(join(root, folder))
    .filter((name) => named.test(name))
    .map((name) => readFileSync(join(root, folder, name)));

const study = `name: small
repetitions: 1
data: { train: digits }
split: { target: 0.36, surrogate: 0.36, attacked: 0.28 }
surrogates:
  - &first { learner: logistic, complexity: high }
  - { learner: svm-linear, options: { C: 1 }, name: other }
targets:
  - *first
  - { learner: mlp, complexity: low }
attack: { norm: l2, epsilons: [0.5, 1] }
scales: { quick: { repetitions: 1, points: 10 } }
`;
const mapping = (/** @type {number} */ port) =>
  `url: http://127.0.0.1:${port}/mapped\nrequest: { model: digits, key: $HOME, data: $rows }\nscores: ` +
  `items.*.p\nclasses: ["0", "1"]\n`;

/** Answers of services, as each protocol has them: what the model is, and its scores. */
export const answers = {
  "/mapped": { items: Array.from({ length: 8 }, (_, i) => ({ p: [i / 10, 1 - i / 10] })) },
  "/invocations": { predictions: Array.from({ length: 8 }, (_, i) => [i / 10, 1 - i / 10]) },
  "/v1/models/m": { model_version_status: [{ version: "1", state: "AVAILABLE", status: {} }] },
  "/v1/models/m/metadata": {
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: { x: { dtype: "DT_FLOAT", tensor_shape: { dim: [{ size: "-1" }, { size: "2" }] } } },
          },
        },
      },
    },
  },
  "/v2/models/m": {
    ...{ name: "m", versions: ["1"], platform: "onnx" },
    inputs: [{ name: "x", datatype: "FP32", shape: [-1, 2] }],
    outputs: [{ name: "p", datatype: "FP32", shape: [-1, 2] }],
  },
  "/v1/models/m:predict": { predictions: Array.from({ length: 8 }, (_, i) => [i / 10, 1 - i / 10]) },
  "/v2/models/m/infer": {
    outputs: [{ name: "p", datatype: "FP32", shape: [8, 2], data: Array.from({ length: 16 }, (_, i) => i / 16) }],
  },
};

/** Writes the sound files that commands take beside the hostile one. @param {string} folder */
export async function makeSound(folder) {
  mkdirSync(folder, { recursive: true });
  const random = stream(0, "sound");
  const [n, d] = [60, 6];
  const x = Float32Array.from({ length: n * d }, () => Math.round(random.uniform() * 1000) / 1000);
  const y = Int32Array.from({ length: n }, (_, i) => (x[i * d] + x[i * d + 1] > 1 ? 1 : 0));
  const features = tensor("float32", [n, d], x);
  const data = dataset({ features, labels: y, classNames: ["0", "1"] });
  const models = [];
  for (const [name, options] of /** @type {const} */ ([
    ["logistic", {}],
    ["svm-rbf", {}],
    ["mlp", { widths: [4] }],
  ])) {
    const learner = learnerByName(name);
    const { model } = await fit(learner, data, {
      runtime: runtimeFrom(ort),
      seed: 0,
      label: "sound",
      options: learner.options.parse(options),
    });
    models.push(Buffer.from(model.bytes));
  }
  const rows = Array.from({ length: n }, (_, i) => Array.from(x.subarray(i * d, (i + 1) * d)));
  const archive = Buffer.from(writeNpz({ x: features, y: tensor("int32", [n], y) }));
  const csv = Buffer.from(`a,b,c,"d ""x""",e,f,label\n${rows.map((row, i) => `${row.join(",")},${y[i]}\n`).join("")}`);
  const svmlight = Buffer.from(
    rows
      .map((row, i) =>
        Buffer.from(
          svmlightLine(
            y[i],
            row.map((value, j) => /** @type {const} */ ([j, value])),
            i === 0 ? "first" : undefined,
          ),
        ).toString(),
      )
      .join(""),
  );
  const header = (/** @type {number[]} */ ...sizes) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.set([0, 0, 8, sizes.length]);
    for (const [i, size] of sizes.entries()) bytes.writeUInt32BE(size, 4 + 4 * i);
    return bytes;
  };
  const images = Buffer.concat([header(n, 2, 3), Buffer.from(x.map((value) => 255 * value))]);
  const files = {
    "good.npz": archive,
    "good.csv": csv,
    "model.onnx": models[0],
    "labels-idx1-ubyte": Buffer.concat([header(n), Buffer.from(y)]),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return { archive, csv, svmlight, images, models };
}

/** A file of rows that a model takes, in its classes. @param {Buffer} bytes @param {string} folder */
async function rowsOf(bytes, folder) {
  const opened = await openModel(runtimeFrom(ort), modelFromBytes(new Uint8Array(bytes)));
  const [width] = opened.inputShape;
  const [classes, names] = [opened.classes, opened.model.classNames];
  await opened.close();
  const random = stream(0, "rows", width);
  const lines = Array.from({ length: 30 }, (_, i) => {
    const numbers = Array.from({ length: width }, () => random.uniform().toFixed(3));
    return `${numbers},${JSON.stringify(names?.[i % classes] ?? String(i % classes))}\n`;
  });
  const path = join(folder, `rows-${width}-${classes}-${(names ?? []).join("").replaceAll(/\W/g, "")}.csv`);
  writeFileSync(path, `${Array.from({ length: width }, (_, j) => `x${j}`)},label\n${lines.join("")}`);
  return path;
}

/** A folder of a hostile picture among sound ones. */
function writePictures(/** @type {string} */ folder, /** @type {Buffer} */ hostile, /** @type {Buffer} */ sound) {
  rmSync(folder, { recursive: true, force: true });
  for (const label of ["a", "b"]) mkdirSync(join(folder, label), { recursive: true });
  writeFileSync(join(folder, "a/one.png"), hostile);
  for (const name of ["a/two.png", "b/two.png", "b/three.png"]) writeFileSync(join(folder, name), sound);
}

/**
 * All formats.
 * @param {string} folder of the sound files
 * @param {number} port of a service whose answers are hostile
 */
export async function formatsIn(folder, port) {
  const sound = await makeSound(folder);
  const [good, model, mapped] = ["good.npz", "model.onnx", "mapped.yaml"].map((name) => join(folder, name));
  writeFileSync(mapped, mapping(port));
  const reads =
    (/** @type {string[]} */ ...more) =>
    (/** @type {string} */ path, /** @type {Stream} */ random) =>
      pick(
        [
          ["data", "info", path, ...more],
          ["data", "info", path, "--json"],
          ["score", "--model", model, "--data", path, ...more],
          [
            "fit",
            pick(["logistic", "svm-linear", "forest", "ridge"], random),
            "--data",
            path,
            "--out",
            `${path}.out.onnx`,
            "--quiet",
            ...more,
          ],
          [
            "evade",
            "--model",
            model,
            "--data",
            path,
            "--epsilon",
            "0.1",
            "--out",
            `${path}.out.npz`,
            "--quiet",
            ...more,
          ],
        ],
        random,
      );
  const onnx = [
    ...sound.models,
    ...filesIn(
      "fixtures/onnx/classifiers",
      /^(tree|svc|logistic|kNN|forest|mlp|calibrated|gaussianNB|voting)[23].*\.onnx$/,
    ),
    ...filesIn("fixtures/onnx/sklearn", /\.onnx$/),
  ].filter(({ length }) => length < 60_000);
  const rowsFor = await Promise.all(onnx.map((bytes) => rowsOf(bytes, folder)));
  const pickles = filesIn("fixtures/pickle", /\.pickle$/);
  const pictures = [...soundPngs(stream(0, "pictures")), ...filesIn("fixtures/pictures", /\.jpg$/)];
  const list = "file,class\na/one.png,a\nb/two.png,b\nb/three.png,b\na/one.png,b\n";
  const asYaml = (/** @type {Buffer} */ bytes, /** @type {Stream} */ random) =>
    random.uniform() < 0.5
      ? text(bytes, random)
      : Buffer.from(stringify(changed(parse(bytes.toString(), { logLevel: "error" }), random)));
  const mixed = (/** @type {Mutation} */ own) => (/** @type {Buffer} */ bytes, /** @type {Stream} */ random) =>
    (random.uniform() < 0.85 ? own : anyByte)(bytes, random);
  /** @type {Record<string, Format>} */
  const formats = {
    csv: { share: 6, ending: "csv", sound: [sound.csv], mutate: mixed(text), args: reads("--label", "label") },
    svmlight: {
      share: 4,
      ending: "svmlight",
      sound: [sound.svmlight],
      mutate: mixed(text),
      args: reads("--columns", "6"),
    },
    npz: { share: 8, ending: "npz", sound: [sound.archive], mutate: npz, args: reads() },
    idx: {
      ...{ share: 3, ending: "idx3-ubyte", sound: [sound.images], mutate: idx },
      args: (path, random) =>
        reads()(`${path},${join(folder, "labels-idx1-ubyte")}`, random).map((arg) =>
          arg.replace(/^.*\.out/, `${path}.out`),
        ),
    },
    pickle: { share: 5, ending: "pickle", sound: pickles, mutate: pickle, args: (path) => ["data", "info", path] },
    tar: {
      share: 2,
      ending: "tar",
      sound: pickles.map((bytes) => tarOf("a.pickle", bytes)),
      mutate: tar,
      args: (path) => ["data", "info", path],
    },
    gz: { share: 2, ending: "csv.gz", sound: [gzipSync(sound.csv)], mutate: gz(text), args: reads("--label", "label") },
    tgz: {
      share: 1,
      ending: "tar.gz",
      sound: pickles.map((bytes) => gzipSync(tarOf("a.pickle", bytes))),
      mutate: gz(tar),
      args: (path) => ["data", "info", path],
    },
    parquet: {
      ...{ share: 4, ending: "parquet", sound: filesIn("fixtures/parquet", /\.parquet$/), mutate: parquet },
      args: reads("--label", "credit", "--missing", "median"),
    },
    pictures: {
      ...{ share: 6, ending: "pictures", sound: pictures, mutate: picture },
      write: (path, bytes, which) => writePictures(path, bytes, pictures[which]),
      args: reads(),
    },
    pictureList: {
      ...{ share: 1, ending: "pictures", sound: [Buffer.from(list)], mutate: mixed(text) },
      write: (path, bytes) => {
        writePictures(path, pictures[0], pictures[0]);
        writeFileSync(join(path, "labels.csv"), bytes);
      },
      args: reads("--label", "class"),
    },
    onnx: {
      ...{ share: 12, ending: "onnx", sound: onnx, mutate: mixed(protobuf) },
      args: (path, random, which) => {
        const data = rowsFor[which];
        const evade = [
          "evade",
          "--model",
          path,
          "--data",
          data,
          "--epsilon",
          "0.1",
          "--out",
          `${path}.out.npz`,
          "--quiet",
        ];
        const score = ["score", "--model", path, "--data", data];
        return pick([["inspect", path], ["inspect", path, "--data", data], score, score, evade], random);
      },
    },
    study: {
      ...{
        share: 4,
        ending: "yaml",
        sound: [Buffer.from(study), ...filesIn("packages/cli/studies", /\.yaml$/)],
        mutate: asYaml,
      },
      args: (path, random) => [
        "study",
        path,
        "--plan",
        ...pick([[], ["--scale", "quick"], ["--only", "other"]], random),
      ],
    },
    mapping: {
      share: 2,
      ending: "yaml",
      sound: [Buffer.from(mapping(port))],
      mutate: asYaml,
      args: (path) => ["ask", path],
    },
    answers: {
      share: 5,
      ending: "json",
      sound: Object.entries(answers).map((entry) => Buffer.from(JSON.stringify(entry))),
      mutate: (bytes, random) => {
        const [path, document] = JSON.parse(bytes.toString());
        return Buffer.from(JSON.stringify([path, changed(document, random)]));
      },
      args: (path) => ["ask", path, mapped],
    },
    options: {
      share: 5,
      ending: "txt",
      sound: [Buffer.from("-")],
      mutate: (bytes) => bytes,
      args: (path, random) => optionsWith(path, good, model, random),
    },
  };
  return formats;
}

/**
 * A command with some options that mean nothing.
 * @param {string} path
 * @param {string} good
 * @param {string} model
 * @param {Stream} random
 */
function optionsWith(path, good, model, random) {
  const bases = {
    score: ["--model", model, "--data", good],
    inspect: [model, "--data", good],
    evade: ["--model", model, "--data", good, "--epsilon", "0.1", "--out", `${path}.out.npz`, "--quiet"],
    fit: ["logistic", "--data", good, "--out", `${path}.out.onnx`, "--quiet"],
    audit: ["--target", model, "--data", `${path}.none.npz`],
    poison: ["logistic", "--train", `${path}.none.npz`],
    sweep: [],
    explain: [],
  };
  const verb = pick(Object.keys(bases), random);
  const command = declared.find((each) => each.name() === verb);
  // What is written where it was asked for is no fault.
  const left = ["--out", "--store", "--help"];
  const known = (command?.options ?? []).filter(({ long }) => !left.includes(long ?? ""));
  const values = [
    "1e9",
    "-5",
    "0,1",
    "1,0",
    "a=b",
    "C=1e400",
    "__proto__=1",
    "steps=-1",
    "constructor=2",
    "widths=[1e9]",
    "x,y",
    ...WORDS,
  ];
  const extra = Array.from({ length: 1 + random.integer(2) }, () => {
    const { long, required, optional } = pick(known, random);
    return required || optional ? [long ?? "", pick(values, random)] : [long ?? ""];
  });
  return [verb, ...bases[/** @type {keyof typeof bases} */ (verb)], ...extra.flat()].map((word) =>
    word.replaceAll("\0", ""),
  );
}
