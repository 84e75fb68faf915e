// The Open Inference Protocol, version 2: KServe, Triton, MLServer, OpenVINO Model Server.
// https://github.com/kserve/open-inference-protocol

import { InputError } from "@carom/core";
import { answersFrom, unexpected } from "../answer.ts";
import { isObject } from "../isObject.ts";
import { asNumber, asText } from "../scalars.ts";
import { chooseOutput, type Introduction, type Protocol, rowAxisOf, withPath } from "./protocol.ts";

export const openInferencePath = /^(.*\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?)(?:\/infer)?\/?$/;

interface Described {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** Gets to know a model under `.../v2/models/NAME`, with or without a version, or the only one of a server. */
export async function openInference(introduction: Introduction): Promise<Protocol> {
  const { url, transport, name, output } = introduction;
  const path = openInferencePath.exec(url.pathname)?.[1] ?? (await onlyModel(introduction));
  const metadata = await transport.send({ url: withPath(url, path), rows: 0 }, (document) => document);
  if (!isObject(metadata)) throw unexpected(name, "what the model is", "another document");
  const inputs = tensorsOf(metadata.inputs);
  const outputs = tensorsOf(metadata.outputs);
  if (inputs.length > 1) {
    throw new InputError("unsupported", `inputs of target ${name}`, {
      expected: "one tensor with a row per sample",
      got: inputs.map((each) => each.name).join(", "),
      remedy: "describe requests and answers in a mapping file",
    });
  }
  const input = inputs.length === 1 ? inputs[0] : undefined;
  const datatype = input?.datatype ?? "FP64";
  if (datatype !== "FP32" && datatype !== "FP64") {
    throw new InputError("unsupported", `input "${input?.name}" of target ${name}`, {
      expected: "features of type FP32 or FP64",
      got: datatype,
      remedy: "serve the model with a floating-point input",
    });
  }
  const wanted = output ?? (outputs.length > 1 ? chooseOutput(outputNames(outputs), undefined, name) : undefined);
  const { hasRows, ...axis } = rowAxisOf(input?.shape ?? []);
  const versions = Array.isArray(metadata.versions) ? metadata.versions.map(asText) : [];
  return {
    name: "open-inference",
    model: [metadata.name, ...versions].map(asText).join(" "),
    ...axis,
    ...(input && { inputType: datatype === "FP32" ? ("float32" as const) : ("float64" as const) }),
    url: withPath(url, `${path}/infer`),
    body: ({ shape, data }) => ({
      inputs: [
        {
          ...{ name: input?.name ?? "input-0", datatype, shape: hasRows ? shape : shape.slice(1) },
          data: Array.from(data as Float64Array),
        },
      ],
      ...(wanted !== undefined && { outputs: [{ name: wanted }] }),
    }),
    answers(document, rows) {
      const given = isObject(document) && Array.isArray(document.outputs) ? document.outputs.filter(isObject) : [];
      const names = given.map((each) => asText(each.name));
      if (names.length === 0) throw unexpected(name, "outputs", "none");
      const chosen = given[names.indexOf(chooseOutput(names, wanted, name))];
      return answersFrom(rowsOf(chosen, rows, name), rows, name);
    },
  };
}

/** Outputs that could hold scores: two axes of floating-point numbers; any, where there is none such. */
function outputNames(outputs: readonly Described[]): string[] {
  const scores = outputs.filter(({ datatype, shape }) => /^(FP|BF)/.test(datatype) && shape.length === 2);
  return (scores.length > 0 ? scores : outputs).map(({ name }) => name);
}

/** The answers of an output, one per row: its data are flat, or nested. Whole numbers, one per row, name classes. */
function rowsOf(output: Readonly<Record<string, unknown>>, rows: number, name: string): unknown {
  const data = Array.isArray(output.data) ? output.data.flat(Number.POSITIVE_INFINITY) : [];
  const width = data.length / rows;
  if (data.length === 0 || !Number.isInteger(width)) {
    throw unexpected(name, `values for ${rows} rows`, `${data.length} values`);
  }
  const isLabel = width === 1 && /^(U?INT|BOOL|BYTES)/.test(asText(output.datatype));
  return Array.from({ length: rows }, (_, i) => (isLabel ? asText(data[i]) : data.slice(i * width, (i + 1) * width)));
}

function tensorsOf(list: unknown): Described[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map(({ name, datatype, shape }) => ({
    name: asText(name),
    datatype: asText(datatype),
    shape: Array.isArray(shape) ? shape.map(asNumber) : [],
  }));
}

/** The path of the only model of a server. @throws InputError where there are several, or the server does not say */
async function onlyModel({ url, transport, name }: Introduction): Promise<string> {
  const base = url.pathname.replace(/\/(v2\/?)?$/, "");
  const index = await transport.probe({ url: withPath(url, `${base}/v2/repository/index`), body: () => ({}) });
  const list = Array.isArray(index?.document) ? index.document.filter(isObject) : [];
  const models = [...new Set(list.map((each) => asText(each.name)))];
  if (models.length === 1) return `${base}/v2/models/${encodeURIComponent(models[0])}`;
  throw new InputError("missing", `model of target ${name}`, {
    expected: "an address that ends in /v2/models/NAME",
    got: models.length > 1 ? `one of a server with the models ${models.join(", ")}` : "one that names no model",
    remedy: "add the name of the model",
  });
}
