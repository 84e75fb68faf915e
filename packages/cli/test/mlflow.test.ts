// --mlflow against a stub of MLflow's REST interface that keeps to its limits, and against MLflow itself where
// MLFLOW_SERVER names one.

import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const store = at("store");
const audit = ["audit", "--target", at("m.onnx"), "--data", at("points.npz"), "--epsilon", "0.1,0.3", "--quiet"];
const few = ["--surrogates", "ridge,logistic,svm-linear", "--attackers", "none"];

interface Batch {
  readonly run_id: string;
  readonly params?: readonly { readonly key: string; readonly value: string }[];
  readonly metrics?: readonly { readonly key: string; readonly value: number }[];
}
const seen = { batches: [] as Batch[], files: new Map<string, Buffer>(), status: "", refused: 0, authorization: "" };

const stub = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const answer = (status: number, document: object) => response.writeHead(status).end(JSON.stringify(document));
  const path = request.url!.replace("/api/2.0/", "");
  seen.authorization = request.headers.authorization ?? "";
  if (path.startsWith("mlflow/experiments/get-by-name")) return answer(404, { error_code: "RESOURCE_DOES_NOT_EXIST" });
  if (path === "mlflow/experiments/create") return answer(200, { experiment_id: "7" });
  if (path === "mlflow/runs/create") {
    return answer(200, { run: { info: { run_id: "r1", artifact_uri: "mlflow-artifacts:/7/r1/artifacts" } } });
  }
  if (path === "mlflow/runs/log-batch") {
    // A server that is asked too often once.
    if (seen.refused++ === 0) return response.writeHead(429, { "retry-after": "0" }).end();
    const batch: Batch = JSON.parse(body.toString());
    if ((batch.params ?? []).length > 100 || (batch.metrics ?? []).length > 200) return answer(400, {});
    seen.batches.push(batch);
    return answer(200, {});
  }
  if (path === "mlflow/runs/update") {
    seen.status = JSON.parse(body.toString()).status;
    return answer(200, {});
  }
  const file = /^mlflow-artifacts\/artifacts\/7\/r1\/artifacts\/(.*)$/.exec(decodeURIComponent(path))?.[1];
  if (request.method === "PUT" && file) {
    seen.files.set(file, body);
    return answer(200, {});
  }
  answer(404, {});
});
let address = "";

beforeAll(async () => {
  await new Promise<void>((resolve) => stub.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`;
  writeFileSync(at("points.npz"), pointsFile(80));
  expect((await carom(["fit", "ridge", "--data", at("points.npz"), "--out", at("m.onnx")], { store })).status).toBe(0);
});
afterAll(() => stub.close());

test("a run has what was asked, every cell in bounded batches, every file of the folder and the target", async () => {
  const env = { MLFLOW_TRACKING_TOKEN: "sesame-open" };
  const run = await carom([...audit, ...few, "--out", at("run"), "--mlflow", address], { store, env });
  expect(run).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`MLflow: ${address}/#/experiments/7/runs/r1`),
  });
  expect(run.stdout + run.stderr).not.toContain("sesame");
  expect(seen.authorization).toBe("Bearer sesame-open");
  const { cells, models } = JSON.parse(readFileSync(at("run/metrics.json"), "utf8"));
  const metrics = seen.batches.flatMap((batch) => batch.metrics ?? []);
  const value = (key: string) => metrics.find((each) => each.key === key)?.value;
  expect(metrics.filter(({ key }) => key.startsWith("error/"))).toHaveLength(cells.length);
  for (const { surrogate, target, epsilon, errorUnderAttack } of cells) {
    expect(value(`error/${target}/${surrogate}/eps ${epsilon}`)).toBe(errorUnderAttack.estimate);
  }
  expect(value("clean_error")).toBe(models[0].cleanError.estimate);
  const parameters = new Map(seen.batches.flatMap((batch) => batch.params ?? []).map(({ key, value }) => [key, value]));
  expect([parameters.get("seed"), parameters.get("norm"), parameters.get("epsilons")]).toEqual(["0", "l2", "0.1,0.3"]);
  const files = contentOf(at("run")).filter((name) => /\.\w+$/.test(name));
  expect([...seen.files.keys()].sort()).toEqual([...files, "models/m.onnx"].sort());
  for (const name of files) expect(seen.files.get(name)!.equals(readFileSync(join(at("run"), name))), name).toBe(true);
  expect(seen.status).toBe("FINISHED");
}, 240_000);

test("an address where no MLflow answers is refused before any work, in a sentence", async () => {
  for (const [given, said] of [
    ["http://127.0.0.1:1", /invalid --mlflow .*expected an MLflow server that takes an experiment/],
    ["mlflow.example", /invalid --mlflow: expected an address such as/],
    ["http://a:sesame@127.0.0.1:1", /expected an address such as .* without credentials/],
  ] as const) {
    const run = await carom([...audit, ...few, "--out", at("none"), "--mlflow", given], { store });
    expect(run.status).toBe(2);
    expect(run.stderr).toMatch(said);
    expect(run.stderr).not.toContain("sesame");
    expect(contentOf(folder)).not.toContain("none");
  }
}, 240_000);

const server = process.env.MLFLOW_SERVER;
if (!server) console.warn("skipped: MLflow itself; MLFLOW_SERVER names no server");

test.skipIf(!server)(
  "MLflow itself takes a run, and gives back its metrics and its report",
  async () => {
    const run = await carom([...audit, ...few, "--out", at("real"), "--mlflow", server!, "--json"], { store });
    expect(run).toMatchObject({ status: 0 });
    const { mlflow, cells } = JSON.parse(run.stdout);
    const id = /runs\/(\w+)$/.exec(mlflow)![1];
    const { run: found } = await (await fetch(`${server}/api/2.0/mlflow/runs/get?run_id=${id}`)).json();
    expect(found.info.status).toBe("FINISHED");
    const errors = found.data.metrics.filter(({ key }: { key: string }) => key.startsWith("error/"));
    expect(errors).toHaveLength(cells.length);
    const listed = await (await fetch(`${server}/api/2.0/mlflow/artifacts/list?run_id=${id}`)).json();
    const names = listed.files.map(({ path }: { path: string }) => path);
    expect(names).toEqual(expect.arrayContaining(["report.html", "metrics.json", "figures", "models"]));
  },
  240_000,
);
