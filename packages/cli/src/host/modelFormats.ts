// Models as other tools save them: what each file is, and the lines that export what it holds to ONNX.

import { stat } from "node:fs/promises";
import { InputError } from "@carom/core";
import { readBytes } from "./read.ts";

/** A format that is no ONNX. */
interface ModelFormat {
  /** What a file of it is called in messages. */
  readonly name: string;
  /** Whether a file, by its name or its first bytes, is of this format. */
  isOf(path: string, head: Uint8Array): boolean;
  /** Python that exports such a model. */
  readonly lines: readonly string[];
}

/** Bytes of a file that tell its format. */
const HEAD = 256;

const startsWith = (head: Uint8Array, ...bytes: readonly number[]) => bytes.every((byte, i) => head[i] === byte);
const text = (head: Uint8Array) => new TextDecoder("latin1").decode(head.subarray(0, HEAD));
const isZip = (head: Uint8Array) => startsWith(head, 0x50, 0x4b, 3, 4);

const SCIKIT = [
  "from skl2onnx import to_onnx",
  "onnx = to_onnx(model, X[:1].astype('float32'), options={'zipmap': False})  # model: what joblib.load gives",
  "open('model.onnx', 'wb').write(onnx.SerializeToString())",
];
const TORCH = [
  "model.eval()  # the module with its weights loaded",
  "torch.onnx.export(model, (example,), 'model.onnx', dynamic_shapes=({0: torch.export.Dim('batch')},))",
];
const KERAS = [
  "model = keras.models.load_model(path)",
  "model.predict(x[:1])  # only a model that was called can be exported",
  "model.export('model.onnx', format='onnx')",
];
const TENSORFLOW = ["python -m tf2onnx.convert --saved-model FOLDER --output model.onnx  # or --tflite FILE"];
const BOOSTED = [
  "from onnxmltools import convert_xgboost  # or convert_lightgbm; CatBoost: model.save_model('model.onnx', " +
    "format='onnx')",
  "onnx = convert_xgboost(model, initial_types=[('x', FloatTensorType([None, X.shape[1]]))])",
  "open('model.onnx', 'wb').write(onnx.SerializeToString())",
];

const formats: readonly ModelFormat[] = [
  {
    name: "a PyTorch checkpoint",
    // A zip with a pickle in a folder of the archive's name, or the older form by its ending.
    isOf: (path, head) => (isZip(head) && /\/data\.pkl|\/version/.test(text(head))) || /\.(pt|pth|ckpt)$/i.test(path),
    lines: TORCH,
  },
  {
    name: "weights without a model (safetensors)",
    isOf: (path) => /\.safetensors$/i.test(path),
    lines: TORCH,
  },
  {
    name: "a Keras model",
    isOf: (path, head) => startsWith(head, 0x89, 0x48, 0x44, 0x46) || /\.(h5|hdf5|keras)$/i.test(path),
    lines: KERAS,
  },
  {
    name: "a TensorFlow model",
    isOf: (path, head) => text(head).startsWith("TFL3", 4) || /\.(pb|tflite)$/i.test(path),
    lines: TENSORFLOW,
  },
  {
    name: "a boosted ensemble in its library's own format",
    isOf: (path, head) =>
      /^tree\nversion=|^CBM1|^\{"learner"|^\{L.{7}learner/s.test(text(head)) || /\.(ubj|cbm)$/i.test(path),
    lines: BOOSTED,
  },
  {
    name: "a Python pickle, as joblib and pickle write",
    isOf: (path, head) => (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) || /\.(pkl|pickle|joblib)$/i.test(path),
    lines: SCIKIT,
  },
];

/** How the bytes of ONNX files begin: with the field of their version. */
const ONNX = 0x08;

/** The bytes of a model file. @throws InputError for one of another tool's format, with the lines that export it */
export async function readModelBytes(path: string): Promise<Uint8Array> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw otherFormat(path, { name: "a folder, as TensorFlow saves models", lines: TENSORFLOW });
  }
  const bytes = await readBytes("model file", path);
  const format = formats.find(({ isOf }) => bytes[0] !== ONNX && isOf(path, bytes.subarray(0, HEAD)));
  if (format) throw otherFormat(path, format);
  return bytes;
}

function otherFormat(path: string, { name, lines }: Pick<ModelFormat, "name" | "lines">): InputError {
  return new InputError("unsupported", `model ${path}`, {
    expected: "an ONNX file",
    got: name,
    remedy:
      `nothing in it is run here; export it (more in docs/models.md):\n` +
      `${lines.map((line) => `    ${line}`).join("\n")}`,
  });
}
