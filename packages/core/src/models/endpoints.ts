// The input of rows and the output of scores of a compiled model, and rows as that input takes them.

import { InputError } from "../errors.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { type ElementType, rowSize, sizeOf, type Tensor, toFloat } from "../tensor.ts";
import type { Model } from "./model.ts";
import type { Session, SessionValue } from "./runtime.ts";

/** The input that takes rows. @throws InputError where there is none, or several, or its sizes are open */
export function rowsInput(session: Session) {
  const inputs = session.inputs;
  if (inputs.length !== 1 || !inputs[0].shape || inputs[0].shape.length < 2) {
    const got = inputs.map(({ name, shape }) => `"${name}" [${shape ?? "no tensor"}]`).join(", ");
    throw new InputError("unsupported", "inputs of the model", {
      expected: "one tensor with a row per sample",
      got: got || "none",
      remedy: "export the classifier with one input",
    });
  }
  const [input] = inputs;
  const inputShape = input.shape!.slice(1).map((dim) => requireStatic(dim, `input "${input.name}"`, OPEN));
  return { input, inputShape, inputType: input.type as ElementType };
}

/** The output of scores, the known one if there is. @throws InputError where there is none */
export function scoresOutput(session: Session, known?: string): SessionValue {
  const scores = session.outputs.filter(({ type, shape }) => type.startsWith("float") && shape?.length === 2);
  const named = scores.find(({ name }) => name === known) ?? scores.find(({ name }) => /score|logit|prob/i.test(name));
  if (scores.length === 0) throw notScores(session);
  return named ?? scores[0];
}

/** The number of classes. @throws InputError where it is not known, or below 2 */
export function classesOf(session: Session, { onnx, reading }: Model, output: SessionValue): number {
  const inferred = declaredClasses(onnx, output) ?? (reading?.columns === "classes" ? reading.width : undefined);
  const classes = requireStatic(inferred ?? output.shape![1], `output "${output.name}"`, UNKNOWN);
  if (classes < 2) throw notScores(session);
  return classes;
}

/** As the runtime has it, or as it follows from the graph. */
function declaredClasses(onnx: Model["onnx"], output: SessionValue): number | undefined {
  const isKnown = (size: number | string): size is number => typeof size === "number" && size > 0;
  const declared = output.shape![1];
  if (isKnown(declared)) return declared;
  if (!onnx) return undefined;
  try {
    const inferred = GraphBuilder.from(onnx.graph).type(output.name).shape[1];
    return isKnown(inferred) ? inferred : undefined;
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function notScores(session: Session): InputError {
  const got = session.outputs.map(({ name, shape, type }) => `"${name}" ${type} [${shape ?? ""}]`).join(", ");
  const ofOneNumber = session.outputs.filter(({ shape }) => shape?.slice(1).every((size) => size === 1));
  const single = ofOneNumber.find(({ type }) => type.startsWith("float"));
  return new InputError("unsupported", "outputs of the model", {
    expected: "scores of shape [N, K], for 2 classes or more",
    got: got || "none",
    remedy: single
      ? `if "${single.name}" is the logit of the second of two classes, say so with --output ${single.name}`
      : "export the classifier with its scores or probabilities, not its labels alone (skl2onnx: " +
        "options={'zipmap': False}; PyTorch: return the logits, not their argmax), or name the value inside the " +
        "file that holds them with --output",
  });
}

const OPEN = "give the sizes of one row with --input-shape, such as 3,224,224, or export the model with fixed ones";
const UNKNOWN = "export the model with a fixed number of classes";

function requireStatic(dim: number | string, where: string, remedy: string): number {
  if (typeof dim === "number" && dim > 0) return dim;
  throw new InputError("unsupported", `shape of ${where}`, {
    expected: "known sizes on every axis but the first",
    got: `"${dim}"`,
    remedy,
  });
}

/** The rows in the shape and type that the model takes. */
export function convert(x: Tensor, inputShape: readonly number[], type: ElementType): Tensor {
  if (rowSize(x) !== sizeOf(inputShape)) {
    throw new InputError("invalid", "features for the model", {
      expected: `rows of ${sizeOf(inputShape)} features (shape [${inputShape}])`,
      got: `rows of ${rowSize(x)} (shape [${x.shape.slice(1)}])`,
      remedy: "give data of the kind the model was trained on",
    });
  }
  if (type !== "float32" && type !== "float64") {
    throw new InputError("unsupported", "input of the model", {
      expected: "float32 or float64 features",
      got: type,
      remedy: "export the model with a floating-point input",
    });
  }
  return { ...toFloat(x, type), shape: [x.shape[0], ...inputShape] };
}
