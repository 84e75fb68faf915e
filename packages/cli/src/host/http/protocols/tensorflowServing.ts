// TensorFlow Serving's REST interface, which version 1 of KServe's protocol shares.
// https://www.tensorflow.org/tfx/serving/api_rest

import { InputError } from "@carom/core";
import { answersFrom, unexpected } from "../answer.ts";
import { isObject } from "../isObject.ts";
import { asNumber, asText } from "../scalars.ts";
import { chooseOutput, type Introduction, nested, type Protocol, rowAxisOf, withPath } from "./protocol.ts";

export const tensorflowServingPath = /^(.*\/v1\/models\/[^/:]+(?:\/(?:versions|labels)\/[^/:]+)?)(?::predict)?\/?$/;

/** Gets to know a model under `.../v1/models/NAME`, with or without a version. */
export async function tensorflowServing({ url, transport, name, output }: Introduction): Promise<Protocol> {
  const path = tensorflowServingPath.exec(url.pathname)?.[1];
  if (path === undefined) {
    throw new InputError("missing", `model of target ${name}`, {
      expected: "an address that ends in /v1/models/NAME",
      got: "one that names no model",
      remedy: "add the name of the model",
    });
  }
  const status = await transport.send({ url: withPath(url, path), rows: 0 }, (document) => document);
  // KServe has no metadata; TensorFlow Serving has.
  const metadata = await transport.probe({ url: withPath(url, `${path}/metadata`) });
  const input = inputOf(metadata?.status === 200 ? metadata.document : undefined);
  const versions = versionsOf(status);
  return {
    name: "tensorflow-serving",
    model: [decodeURIComponent(path.replace(/^.*\/v1\/models\//, "")), ...versions].join(" "),
    ...input,
    url: withPath(url, `${path}:predict`),
    body: (rows) => ({ instances: nested(rows) }),
    answers(document, rows) {
      const list = isObject(document) ? document.predictions : undefined;
      if (!Array.isArray(list)) throw unexpected(name, "predictions", "a document without a list of them");
      // With several outputs, each row's are an object by name.
      const values = list.map((each) => (isObject(each) ? each[chooseOutput(Object.keys(each), output, name)] : each));
      return answersFrom(values, rows, name);
    },
  };
}

function versionsOf(status: unknown): string[] {
  const list = isObject(status) ? status.model_version_status : undefined;
  return Array.isArray(list) ? list.filter(isObject).map(({ version }) => asText(version)) : [];
}

/** The shape and type of the only input, where the metadata tell them. */
function inputOf(document: unknown): Pick<Protocol, "inputShape" | "inputType" | "mostRows"> {
  const at = (value: unknown, ...names: string[]): unknown =>
    names.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
  const inputs = at(document, "metadata", "signature_def", "signature_def", "serving_default", "inputs");
  const [only, ...others] = isObject(inputs) ? Object.values(inputs) : [];
  if (only === undefined || others.length > 0) return {};
  const dims = at(only, "tensor_shape", "dim");
  const { mostRows, inputShape } = rowAxisOf(Array.isArray(dims) ? dims.map((dim) => asNumber(at(dim, "size"))) : []);
  const type = at(only, "dtype");
  return {
    ...(inputShape && { inputShape }),
    ...(mostRows !== undefined && { mostRows }),
    ...(type === "DT_FLOAT" && { inputType: "float32" }),
    ...(type === "DOUBLE" || type === "DT_DOUBLE" ? { inputType: "float64" } : {}),
  };
}
