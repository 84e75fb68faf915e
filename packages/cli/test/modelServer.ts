// A server of a model in this process, in each published protocol, as good or as bad as a test wants it.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type OpenModel, tensor } from "@carom/core";
import { afterAll } from "vitest";

export interface Served {
  /** Scores of rows, or labels. */
  answer(rows: readonly (readonly number[])[]): Promise<unknown[]>;
  readonly features: number;
  readonly classes: number;
  /** The shape of the input as the Open Inference Protocol's metadata declare it; rows of features where absent. */
  readonly shape?: readonly number[];
}

export interface ModelServer {
  readonly origin: string;
  readonly port: number;
  /** Every row received, as JSON, in the order of arrival; those that a fault swallowed included. */
  readonly rows: string[];
  /** Headers of each request that brought rows. */
  readonly headers: IncomingMessage["headers"][];
  requests: number;
  /** Answers in the place of the model's; true where it has. */
  misbehave?(request: number, response: ServerResponse, rows: number): boolean | Promise<boolean>;
  close(): Promise<void>;
}

/** What an opened model says, as scores. */
export function served(model: OpenModel): Served {
  const features = model.inputShape.reduce((product, length) => product * length, 1);
  return {
    features,
    classes: model.classes,
    async answer(rows) {
      const x = tensor("float32", [rows.length, features], Float32Array.from(rows.flat()));
      const { data } = await model.scores(x);
      return rows.map((_, i) => Array.from(data.subarray(i * model.classes, (i + 1) * model.classes)));
    },
  };
}

/** Starts a server of all protocols at once: each has paths of its own. */
export async function startModelServer(model: Served): Promise<ModelServer> {
  const state = { rows: [] as string[], headers: [] as IncomingMessage["headers"][], requests: 0 };
  const http = createServer(async (request, response) => {
    const body = await textOf(request);
    const path = (request.url ?? "/").split("?")[0];
    const json = (document: unknown, status = 200) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(document));
    };
    const about = descriptions[path]?.(model);
    if (about !== undefined && !path.endsWith("/infer")) return about === null ? response.end("\n") : json(about);
    const protocol = protocols[path];
    if (!protocol || request.method !== "POST") return json({ error: "no such path" }, 404);
    const rows = protocol.rows(JSON.parse(body) as never, model.features);
    state.rows.push(...rows.map((row) => JSON.stringify(row)));
    state.headers.push(request.headers);
    if (await server.misbehave?.(state.requests++, response, rows.length)) return;
    json(protocol.document(await model.answer(rows), model));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const server: ModelServer = Object.assign(state, {
    origin: `http://127.0.0.1:${port}`,
    port,
    close: () => {
      http.closeAllConnections();
      return new Promise<void>((resolve) => http.close(() => resolve()));
    },
  });
  afterAll(() => server.close());
  return server;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}

/** What servers say of themselves and of the model "m". */
const descriptions: Readonly<Record<string, (model: Served) => unknown>> = {
  "/v2": () => ({ name: "stub", version: "1", extensions: [] }),
  "/v2/repository/index": () => [{ name: "m", version: "3", state: "READY" }],
  "/v2/models/m": ({ features, classes, shape = [-1, features] }) => ({
    name: "m",
    versions: ["3"],
    platform: "stub",
    inputs: [{ name: "x", datatype: "FP32", shape }],
    outputs: [{ name: "scores", datatype: "FP32", shape: [-1, classes] }],
  }),
  "/v1/models/m": () => ({
    model_version_status: [{ version: "3", state: "AVAILABLE", status: { error_code: "OK", error_message: "" } }],
  }),
  "/v1/models/m/metadata": ({ features }) => ({
    model_spec: { name: "m", signature_name: "", version: "3" },
    metadata: {
      signature_def: {
        signature_def: {
          serving_default: {
            inputs: {
              x: {
                dtype: "DT_FLOAT",
                tensor_shape: { dim: [{ size: "-1" }, { size: String(features) }] },
                name: "x:0",
              },
            },
          },
        },
      },
    },
  }),
  "/mlflow/ping": () => null,
  "/mlflow/version": () => null,
};

type Rows = readonly (readonly number[])[];

interface Wire {
  rows(document: never, features: number): Rows;
  document(answers: readonly unknown[], model: Served): unknown;
}

const invocations: Wire = {
  rows: ({ inputs }: { inputs: Rows }) => inputs,
  document: (answers) => ({ predictions: answers }),
};

const protocols: Readonly<Record<string, Wire>> = {
  "/v2/models/m/infer": {
    rows({ inputs: [{ shape, data }] }: { inputs: [{ shape: number[]; data: number[] }] }, features) {
      const count = shape.reduce((product, length) => product * length, 1) / features;
      return Array.from({ length: count }, (_, i) => data.slice(i * features, (i + 1) * features));
    },
    document: (answers, { classes }) => ({
      model_name: "m",
      outputs: Array.isArray(answers[0])
        ? [{ name: "scores", datatype: "FP32", shape: [answers.length, classes], data: answers.flat() }]
        : [{ name: "label", datatype: "INT64", shape: [answers.length], data: answers }],
    }),
  },
  "/invocations": invocations,
  "/mlflow/invocations": invocations,
  "/v1/models/m:predict": {
    rows: ({ instances }: { instances: Rows }) => instances,
    document: (answers) => ({ predictions: answers }),
  },
  "/api": {
    rows: ({ data }: { data: Rows }) => data,
    document: (answers) => ({ result: { items: answers.map((scores) => ({ scores })) } }),
  },
};
