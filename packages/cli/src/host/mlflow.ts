// A finished run logged to a server of MLflow by its REST interface (2.0): parameters, metrics, and files.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { InputError } from "@carom/core";
import type { Tracked } from "@carom/core/report";
import { keepSecret, redact } from "../terminal/secrets.ts";
import { isTransient, LONGEST_WAIT_S, parseRetryAfter, waitBefore } from "./http/retry.ts";

/** What is logged of a run. */
export interface LoggedRun extends Tracked {
  readonly name: string;
  /** Files by their names, with slashes between folders: they become artifacts, one at a time. */
  readonly files: AsyncIterable<LoggedFile>;
}

export type LoggedFile = readonly [name: string, bytes: Uint8Array];

/** The files of a folder, and those of folders in it. */
export async function* filesOf(folder: string): AsyncGenerator<LoggedFile> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile()) yield [file.slice(folder.length + 1).replaceAll("\\", "/"), await readFile(file)];
  }
}

/** Most of each in one request: MLflow takes 100 parameters and 1,000 metrics, hosted servers fewer metrics. */
const BATCH = { params: 100, metrics: 200 } as const;
const LONGEST_PARAMETER = 500;
const ATTEMPTS = 6;
const EXPERIMENT = "carom";
const TIMEOUT_MS = 60_000;

/** A server that has been seen to answer. */
export interface MlflowServer {
  /** Logs a run; the address of its page. @throws InputError where the server refuses a part of it */
  log(run: LoggedRun): Promise<string>;
}

/**
 * Finds the server, and the experiment `carom` in it, which is made where it is not there. Credentials are MLflow's own
 * variables: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
 *
 * @throws InputError where no MLflow answers at the address
 */
export async function openMlflow(address: string): Promise<MlflowServer> {
  const origin = originOf(address);
  const headers = credentials();
  const send = (path: string, init: RequestInit, what: string) =>
    request(`${origin}${path}`, { ...init, headers: { ...headers, ...init.headers } }, what);
  const post = (path: string, body: object, what: string) =>
    send(
      `/api/2.0/mlflow/${path}`,
      { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } },
      what,
    );
  const experiment = await experimentOf(send, post);
  return {
    async log({ name, parameters, metrics, files }) {
      const now = Date.now();
      const begun = await post(
        "runs/create",
        {
          experiment_id: experiment,
          run_name: name,
          start_time: now,
          tags: [{ key: "mlflow.source.name", value: "carom" }],
        },
        "a new run",
      );
      const { run_id: id, artifact_uri: place } = begun.run.info;
      const params = Object.entries(parameters).map(([key, value]) => ({ key: nameOf(key), value: textOf(value) }));
      const numbers = Object.entries(metrics)
        .filter(([, value]) => Number.isFinite(value))
        .map(([key, value]) => ({ key: nameOf(key), value, timestamp: now, step: 0 }));
      for (let i = 0; i < params.length; i += BATCH.params) {
        await post("runs/log-batch", { run_id: id, params: params.slice(i, i + BATCH.params) }, "parameters");
      }
      for (let i = 0; i < numbers.length; i += BATCH.metrics) {
        await post("runs/log-batch", { run_id: id, metrics: numbers.slice(i, i + BATCH.metrics) }, "metrics");
      }
      const below = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(place)?.[1];
      if (below === undefined) {
        throw new InputError("unsupported", `place of artifacts on ${origin}`, {
          expected: "a server that takes them itself (mlflow server --serve-artifacts)",
          got: place,
          remedy: "parameters and metrics are logged; add the files by hand",
        });
      }
      for await (const [file, bytes] of files) {
        const path = `${below}/${file}`.split("/").map(encodeURIComponent).join("/");
        await send(`/api/2.0/mlflow-artifacts/artifacts/${path}`, { method: "PUT", body: new Uint8Array(bytes) }, file);
      }
      await post("runs/update", { run_id: id, status: "FINISHED", end_time: Date.now() }, "the end of the run");
      return `${origin}/#/experiments/${experiment}/runs/${id}`;
    },
  };
}

type Send = (path: string, init: RequestInit, what: string) => Promise<Answer>;

// biome-ignore lint/suspicious/noExplicitAny: a server's document, read field by field
type Answer = any;

/** The experiment's id. */
async function experimentOf(
  send: Send,
  post: (path: string, body: object, what: string) => Promise<Answer>,
): Promise<string> {
  const found = await send(
    `/api/2.0/mlflow/experiments/get-by-name?experiment_name=${EXPERIMENT}`,
    {},
    "an experiment",
  );
  const id =
    found.experiment?.experiment_id ??
    (await post("experiments/create", { name: EXPERIMENT }, "an experiment")).experiment_id;
  if (typeof id === "string") return id;
  throw new InputError("invalid", "--mlflow", {
    expected: "the address of an MLflow server",
    got: "an answer without an experiment",
    remedy: "give the address that MLFLOW_TRACKING_URI would have",
  });
}

/** Sends until it is taken, or refused for good; an absent experiment is an answer without one. */
async function request(url: string, init: RequestInit, what: string): Promise<Answer> {
  let got = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let response: Response;
    try {
      response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (fault) {
      const { cause, message } = fault as Error;
      got = (cause as Error | undefined)?.message || message;
      break;
    }
    const text = await response.text();
    if (response.ok) return documentIn(text);
    if (response.status === 404 && text.includes("RESOURCE_DOES_NOT_EXIST")) return {};
    got = `status ${response.status}: ${text.slice(0, 200)}`;
    if (!isTransient(response.status)) break;
    const retryAfter = parseRetryAfter(response.headers.get("retry-after"), response.headers.get("date"));
    if (attempt + 1 < ATTEMPTS) {
      await after(
        Math.min(1000 * LONGEST_WAIT_S, waitBefore(attempt, { got, ...(retryAfter !== undefined && { retryAfter }) })),
      );
    }
  }
  throw new InputError("invalid", `--mlflow ${new URL(url).origin}`, {
    expected: `an MLflow server that takes ${what}`,
    got: redact(got),
    remedy: "look at the server, and give the address that MLFLOW_TRACKING_URI would have",
  });
}

function documentIn(text: string): Answer {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return {};
  }
}

function originOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "")
    return url.href.replace(/[#?].*$/, "").replace(/\/+$/, "");
  throw new InputError("invalid", "--mlflow", {
    expected: "an address such as http://127.0.0.1:5000, without credentials",
    got: redact(url ? url.origin : address),
    remedy: "credentials come from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
  });
}

function credentials(): Record<string, string> {
  const {
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
  } = process.env;
  if (token) keepSecret(token);
  if (password) keepSecret(password);
  if (token) return { authorization: `Bearer ${token}` };
  return user && password ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` } : {};
}

/** A name as MLflow takes them: letters, digits, _ - . / and spaces. */
const nameOf = (key: string) => key.replace(/[^\w\-. /]/g, "_");

const textOf = (value: unknown) =>
  (typeof value === "string" ? value : JSON.stringify(value)).slice(0, LONGEST_PARAMETER);
