// Puts a model at an operating point: as few false alarms on benign points as were asked for.

import { denseRows } from "../../data/dataset.ts";
import { calibratedModel } from "../../models/calibrated.ts";
import { withModel } from "../../models/pool.ts";
import { detectionScores, operatingPoint } from "../../transfer/operatingPoint.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { modelArtifact, modelOfArtifact } from "./fit.ts";

/** Parameters: positive (the class that is detected), falseAlarms (a share). Inputs: model, benign. */
export const calibrate: TaskKind = {
  version: 1,
  async run(parameters, inputs, { runtime }) {
    const model = modelOfArtifact(inputs.model);
    const positive = parameters.positive as number;
    const benign = denseRows(partOf("benign", parameters, inputs));
    const scores = await withModel(runtime, model, (opened) => opened.scores(benign));
    const { threshold, falseAlarms } = operatingPoint(
      detectionScores(scores, positive),
      parameters.falseAlarms as number,
    );
    const { training, options } = inputs.model.json as { training: Record<string, number>; options: object };
    return modelArtifact(calibratedModel(model, positive, threshold), {
      training: { ...training, falseAlarms: falseAlarms.estimate, threshold },
      options: { ...options },
    });
  },
};
