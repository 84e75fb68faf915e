// Our side of `compiled.mjs`, in a process of its own: gradients and attacks of its part of the rows.

import { l2, linf, openModel, runAttack, runtimeFrom } from "@carom/core";
import { pgdAttack } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import { modelFromGraph } from "@carom/core/models";
import * as ort from "onnxruntime-node";
import { answering } from "./asWorkers.mjs";
import { batchOf, cnn, mlp, scoresModel } from "./networks.mjs";
import { timeCalls } from "./paired.mjs";

const STEPS = 50;
/** What is asked of a network with its rows; the peer's jobs have the same names. */
const jobs = {
  inputGradient: (opened, { x, labels }) => opened.inputGradient("crossEntropy", x, labels),
  "pgd-linf": (opened, rows) => attacked(opened, rows, linf, 0.1),
  "pgd-l2": (opened, rows) => attacked(opened, rows, l2, 2),
};
const networks = { mlp, cnn };

function attacked(opened, { x, labels }, norm, epsilon) {
  const threat = { norm, epsilon, domain: uniformDomain(x.data.length / labels.length, 0, 1) };
  return runAttack(pgdAttack({ steps: STEPS, stepSize: 0.1 }), { models: [opened], x, labels, threat, seed: 0 });
}

answering(async (asked, { place, processes }) => {
  const [job, name, batch] = asked.split(":");
  const network = networks[name]();
  const model = await openModel(runtimeFrom(ort), modelFromGraph(scoresModel(network)));
  // Rows are there before the first call, as the peer's are.
  const rows = Math.floor((Number(batch) + place) / processes);
  const data = batchOf(network, rows);
  return (repeats) => timeCalls(() => jobs[job](model.differentiable, data), repeats);
});
