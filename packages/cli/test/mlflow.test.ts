// --mlflow of audits, studies, sweeps, comparisons and judgements against a stub of MLflow's REST interface that keeps
// to its limits, and against MLflow itself where MLFLOW_SERVER names one.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, dirname, join } from "node:path";
import { modelFromBytes } from "@carom/core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { carom, contentOf, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const store = at("store");
const audit = [
  "audit",
  "--target",
  at("m.onnx"),
  "--data",
  at("points.npz"),
  "--epsilon",
  "0.1,0.3",
  "--workers",
  "1",
  "--quiet",
];
const few = ["--surrogates", "ridge,logistic,svm-linear", "--attackers", "none"];

interface Batch {
  readonly run_id: string;
  readonly params?: readonly { readonly key: string; readonly value: string }[];
  readonly metrics?: readonly { readonly key: string; readonly value: number }[];
}
const nothing = () => ({
  ...{ batches: [] as Batch[], files: new Map<string, Buffer>(), status: "", refused: 0, authorization: "", name: "" },
});
let seen = nothing();
const parametersSeen = () =>
  new Map(seen.batches.flatMap((batch) => batch.params ?? []).map(({ key, value }) => [key, value]));
const metricsSeen = () =>
  new Map(seen.batches.flatMap((batch) => batch.metrics ?? []).map(({ key, value }) => [key, value]));

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
    seen.name = JSON.parse(body.toString()).run_name;
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
beforeEach(() => {
  seen = nothing();
});

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
  const metrics = metricsSeen();
  expect([...metrics.keys()].filter((key) => key.startsWith("error/"))).toHaveLength(cells.length);
  for (const { surrogate, target, epsilon, errorUnderAttack } of cells) {
    expect(metrics.get(`error/${target}/${surrogate}/eps ${epsilon}`)).toBe(errorUnderAttack.estimate);
  }
  expect(metrics.get("clean_error")).toBe(models[0].cleanError.estimate);
  const parameters = parametersSeen();
  expect([parameters.get("seed"), parameters.get("norm"), parameters.get("epsilons")]).toEqual(["0", "l2", "0.1,0.3"]);
  const files = contentOf(at("run")).filter((name) => /\.\w+$/.test(name));
  const surrogates = models.slice(1).map(({ id }: { id: string }) => `models/${id}.onnx`);
  expect([...seen.files.keys()].sort()).toEqual([...files, "models/m.onnx", ...surrogates].sort());
  expect(seen.files.get("models/m.onnx")!.equals(readFileSync(at("m.onnx")))).toBe(true);
  for (const name of surrogates) expect(modelFromBytes(seen.files.get(name)!).unreadable).toBeUndefined();
  for (const name of files) expect(seen.files.get(name)!.equals(readFileSync(join(at("run"), name))), name).toBe(true);
  expect(seen.status).toBe("FINISHED");
}, 240_000);

test("a study has means over repetitions of its cells, and the models of each repetition", async () => {
  writeFileSync(
    at("study.yaml"),
    `name: two
repetitions: 2
data: { train: points.npz }
split: { target: 0.4, surrogate: 0.4, attacked: 0.2 }
surrogates: [{ learner: ridge }]
targets: [{ learner: ridge }, { learner: logistic }]
attack: { epsilons: [0.1, 0.3] }
`,
  );
  const run = await carom(
    ["study", at("study.yaml"), "--workers", "1", "--quiet", "--out", at("study"), "--mlflow", address],
    { store },
  );
  expect(run).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`MLflow: ${address}/#/experiments/7/runs/r1`),
  });
  const { cells, transferRates } = JSON.parse(readFileSync(at("study/metrics.json"), "utf8"));
  const metrics = metricsSeen();
  expect(cells.length).toBeGreaterThan(4);
  for (const { surrogate, target, epsilon, errorUnderAttack } of cells) {
    expect(metrics.get(`error/${target}/${surrogate}/eps ${epsilon}`)).toBe(errorUnderAttack.estimate);
  }
  for (const { surrogate, epsilon, rate } of transferRates) {
    expect(metrics.get(`transfer_rate/${surrogate}/eps ${epsilon}`)).toBe(rate);
  }
  expect([seen.name, seen.status, parametersSeen().get("repetitions")]).toEqual(["study", "FINISHED", "2"]);
  const models = [...seen.files.keys()].filter((name) => name.startsWith("models/"));
  const ids = ["surrogate/ridge", "target/logistic", "target/ridge"];
  const expected = [1, 2].flatMap((i) => ids.map((id) => `models/repetition ${i}/${id}.onnx`));
  expect(models.sort()).toEqual(expected);
  for (const name of models) expect(modelFromBytes(seen.files.get(name)!).unreadable).toBeUndefined();
  const files = contentOf(at("study")).filter((name) => /\.\w+$/.test(name));
  expect([...seen.files.keys()]).toEqual(expect.arrayContaining(files));
}, 240_000);

test("a sweep has errors, S and V at each value, and the models of each", async () => {
  const sweep = [
    "sweep",
    "logistic",
    "--data",
    at("points.npz"),
    "--over",
    "C=0.1,10",
    "--sets",
    "2",
    "--workers",
    "1",
    "--quiet",
  ];
  const run = await carom([...sweep, "--out", at("sweep"), "--mlflow", address], { store });
  expect(run).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`MLflow: ${address}/#/experiments/7/runs/r1`),
  });
  const { models } = JSON.parse(readFileSync(at("sweep/metrics.json"), "utf8"));
  const metrics = metricsSeen();
  expect(models).toHaveLength(2);
  for (const { value, errorUnderAttack, size, variability } of models) {
    expect(metrics.get(`error/C ${value}`)).toBe(errorUnderAttack.estimate);
    expect(metrics.get(`S_low/C ${value}`)).toBe(size.low);
    expect(metrics.get(`V/C ${value}`)).toBe(variability.perPoint);
  }
  expect([seen.name, seen.status, parametersSeen().get("option")]).toEqual(["sweep", "FINISHED", "C"]);
  for (const value of [0.1, 10])
    expect(modelFromBytes(seen.files.get(`models/C=${value}.onnx`)!).unreadable).toBeUndefined();
  const files = contentOf(at("sweep")).filter((name) => /\.\w+$/.test(name));
  expect([...seen.files.keys()]).toEqual(expect.arrayContaining(files));
}, 240_000);

test("a comparison has the errors of both versions and their differences, also of finished audits", async () => {
  // Both files have the same name, in folders of their own.
  const [old, later] = ["old", "later"].map((name) => join(at(name), "m.onnx"));
  for (const [path, learner] of [
    [old, "ridge"],
    [later, "svm-linear"],
  ]) {
    mkdirSync(dirname(path));
    await carom(["fit", learner, "--data", at("points.npz"), "--out", path, "--quiet"], { store });
    const audited = ["audit", "--target", path, ...audit.slice(3), ...few, "--out", join(dirname(path), "run")];
    expect(await carom(audited, { store })).toMatchObject({ status: 0 });
  }
  const given = ["compare", old, later, ...audit.slice(3), ...few, "--out", at("compared")];
  const finished = ["compare", join(at("old"), "run"), join(at("later"), "run"), "--quiet", "--out", at("finished")];
  const seenOf = [];
  for (const command of [given, finished]) {
    seen = nothing();
    expect(await carom([...command, "--mlflow", address], { store })).toMatchObject({ status: 0 });
    expect([seen.name, seen.status]).toEqual([basename(command.at(-1)!), "FINISHED"]);
    seenOf.push({ metrics: metricsSeen(), files: seen.files });
  }
  const { clean, any, cells } = JSON.parse(readFileSync(at("compared/comparison.json"), "utf8"));
  expect(cells.length).toBeGreaterThan(4);
  for (const { metrics } of seenOf) {
    expect(metrics.get("clean_error/A")).toBe(clean.first);
    for (const { epsilon, difference } of any) {
      expect(metrics.get(`error_by_some/B less A_high/eps ${epsilon}`)).toBe(difference.high);
    }
    for (const { surrogate, epsilon, second } of cells) {
      expect(metrics.get(`error/${surrogate}/B/eps ${epsilon}`)).toBe(second);
    }
  }
  const { files } = seenOf[0];
  expect(files.get("models/A/m.onnx")!.equals(readFileSync(old))).toBe(true);
  expect(files.get("models/B/m.onnx")!.equals(readFileSync(later))).toBe(true);
  expect([...files.keys()]).toEqual(expect.arrayContaining(["report.html", "models/A/ridge_H.onnx"]));
}, 240_000);

test("a judgement has what was counted as metrics and as a file, and the model", async () => {
  const same = at("points.npz");
  const judge = ["judge", "--clean", same, "--attacked", same, "--target", at("m.onnx"), "--json"];
  const run = await carom([...judge, "--mlflow", address], { store });
  expect(run.status).toBe(0);
  const { mlflow, ...counted } = JSON.parse(run.stdout);
  expect(mlflow).toBe(`${address}/#/experiments/7/runs/r1`);
  const metrics = metricsSeen();
  const { cleanError, errorUnderAttack } = counted;
  expect([metrics.get("clean_error"), metrics.get("error_under_attack"), metrics.get("unmoved")]).toEqual([
    ...[cleanError.estimate, errorUnderAttack.estimate, 80],
  ]);
  expect(JSON.parse(seen.files.get("judged.json")!.toString())).toEqual(counted);
  expect(seen.files.get("models/m.onnx")!.equals(readFileSync(at("m.onnx")))).toBe(true);
  expect([seen.status, parametersSeen().get("points")]).toEqual(["FINISHED", "80"]);
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
    const study = ["study", at("study.yaml"), "--quiet", "--json", "--out", at("real-study"), "--mlflow", server!];
    const { mlflow: page, cells: pairs } = JSON.parse((await carom(study, { store })).stdout);
    const other = `${server}/api/2.0/mlflow/runs/get?run_id=${/runs\/(\w+)$/.exec(page)![1]}`;
    const { data } = (await (await fetch(other)).json()).run;
    expect(data.metrics.filter(({ key }: { key: string }) => key.startsWith("error/"))).toHaveLength(pairs.length);
  },
  240_000,
);
