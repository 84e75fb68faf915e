// A target behind an address: the same audit as of its file, whatever the protocol; see service.test.ts for bad
// servers.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditResult, modelFromBytes, openModel } from "@carom/core";
import { beforeAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../src/host/runtime.ts";
import { type ModelServer, served, startModelServer } from "./modelServer.ts";
import { carom, pointsFile, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const store = join(folder, "store");
const data = join(folder, "points.npz");
const file = join(folder, "model.onnx");
// Of a file further attackers are tried by default, of a service, where each row may cost, only those that are named.
const question = [
  ...["--data", data, "--surrogates", "ridge,logistic", "--epsilon", "0.1,0.3", "--attackers", "none"],
  ...["--workers", "1", "--quiet", "--json"],
];

let server: ModelServer;
let labels: ModelServer;
let ofFile: AuditResult;

async function audit(...args: readonly string[]): Promise<AuditResult> {
  const { status, stdout, stderr } = await carom(["audit", ...question, ...args], { store, cwd: folder });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as AuditResult;
}

beforeAll(async () => {
  writeFileSync(data, pointsFile(120));
  expect(await carom(["fit", "mlp", "--data", data, "--out", file, "--quiet"])).toMatchObject({ status: 0 });
  const model = served(await openModel(nodeRuntime(), modelFromBytes(new Uint8Array(readFileSync(file)))));
  server = await startModelServer(model);
  // The same model where it names classes only, by their position.
  labels = await startModelServer({
    ...model,
    answer: async (rows) =>
      (await model.answer(rows)).map((scores) => ((scores as number[])[1] > (scores as number[])[0] ? 7 : 3)),
  });
  ofFile = await audit("--target", file);
}, 60_000);

/** What is judged on the target, without what needs its gradients. */
function judged({ cells, models }: AuditResult, withLosses = true) {
  const target = models.find(({ id }) => id === "target")!;
  return {
    cleanError: target.cleanError,
    ...(withLosses && { cleanLoss: target.cleanLoss }),
    cells: cells
      .filter((cell) => cell.target === "target" && cell.surrogate !== "target")
      .map(
        ({ surrogate, epsilon, errorUnderAttack, success, netIncrease, sameWrongClass, otherWrongClass, ...rest }) => ({
          ...{ surrogate, epsilon, errorUnderAttack, success, netIncrease, sameWrongClass, otherWrongClass },
          ...(withLosses && { lossIncrease: rest.lossIncrease }),
        }),
      ),
  };
}

describe("a target behind an address", () => {
  const mapping = join(folder, "api.yaml");
  it.each([
    ["open-inference", () => `${server.origin}/v2/models/m`],
    ["mlflow", () => `${server.origin}/invocations`],
    ["tensorflow-serving", () => `${server.origin}/v1/models/m`],
    [
      "mapping",
      () => {
        const lines = [`url: ${server.origin}/api`, "request: { data: $rows }", "scores: result.items.*.scores"];
        writeFileSync(mapping, `${lines.join("\n")}\nclasses: ["3", "7"]\n`);
        return mapping;
      },
    ],
  ])("is audited as its file is: %s", async (protocol, target) => {
    const result = await audit("--target", target());
    expect(judged(result)).toEqual(judged(ofFile));
    expect(result.asked.service).toMatchObject({ protocol, answers: "scores" });
    expect(result.models[0].noGradients).toMatch(/service/);
    expect(result.cells.some(({ surrogate }) => surrogate === "target")).toBe(false);
    // Surrogates are judged among each other as ever, R included; with the target there is none.
    expect(result.pairs.length).toBeGreaterThan(0);
    expect(result.pairs.some((pair) => pair.target === "target")).toBe(false);
  });

  it("is asked about each row once, however often it is audited", async () => {
    const before = server.rows.length;
    const again = await audit("--target", `${server.origin}/v2/models/m`, "--target-version", "b", "--workers", "1");
    const asked = server.rows.slice(before);
    expect(new Set(asked).size).toBe(asked.length);
    const third = await audit("--target", `${server.origin}/v2/models/m`, "--target-version", "b");
    expect(server.rows.length).toBe(before + asked.length);
    expect(judged(third)).toEqual(judged(again));
  });

  it("may name classes only: the same errors, and no losses", async () => {
    const result = await audit("--target", `${labels.origin}/invocations`);
    expect(judged(result, false)).toEqual(judged(ofFile, false));
    expect(result.asked.service?.answers).toBe("labels");
    expect(result.models[0]).not.toHaveProperty("cleanLoss");
    expect(result.cells.some((cell) => cell.target === "target" && "lossIncrease" in cell)).toBe(false);
    expect(result.advice?.map(({ used }) => used)).toEqual([["labelAgreement"]]);
  });

  it("labels the surrogates' data where asked to, as its file does", async () => {
    const byFile = await audit("--target", file, "--labels", "target");
    const byAddress = await audit("--target", `${server.origin}/invocations`, "--labels", "target");
    expect(judged(byAddress)).toEqual(judged(byFile));
    expect(judged(byFile)).not.toEqual(judged(ofFile));
    expect(byAddress.asked.attackerKnows[0]).toMatch(/labels that the target gave/);
    expect(ofFile.asked.attackerKnows[0]).toMatch(/true labels/);
  });

  it("has its alignment with surrogates estimated from scores, near what its file's gradients give", async () => {
    const { estimate } = await audit("--target", `${server.origin}/invocations`, "--estimate-alignment", "60");
    expect(estimate!.pairs).toHaveLength(ofFile.pairs.filter(({ target }) => target === "target").length);
    for (const { surrogate, alignment } of estimate!.pairs) {
      const exact = ofFile.pairs.find((pair) => pair.surrogate === surrogate && pair.target === "target")!.alignment;
      expect(Math.abs(alignment.estimate - exact.estimate), surrogate).toBeLessThan(0.05);
    }
    const refused = await carom(
      ["audit", ...question, "--target", `${labels.origin}/invocations`, "--estimate-alignment"],
      { store, cwd: folder },
    );
    expect(refused).toMatchObject({ status: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^carom: unsupported estimate of alignment: .*names classes only/);
  });
});
