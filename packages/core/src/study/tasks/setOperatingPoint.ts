// Puts a model at an operating point: as few false alarms on benign points as were asked for.

import { denseRows } from "../../data/dataset.ts";
import { calibratedModel } from "../../models/calibrated.ts";
import { withModel } from "../../models/pool.ts";
import { detectionScores, operatingPoint } from "../../transfer/operatingPoint.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { modelCodec, modelOf, type StoredModel } from "./fit.ts";

interface OperatingPointParameters {
  /** The class that is detected. */
  readonly positive: number;
  /** A share of the benign points. */
  readonly falseAlarms: number;
}

interface OperatingPointInputs {
  readonly model: Ref<StoredModel>;
  readonly benign: Part;
}

export const setOperatingPoint: TaskKind<OperatingPointParameters, OperatingPointInputs, StoredModel> = {
  name: "calibrate",
  version: 1,
  output: modelCodec,
  estimate: (_, { model }) => ({ seconds: 0.3, learner: model.learner }),
  async run({ positive, falseAlarms: wanted }, { model: stored, benign }, { runtime }) {
    const model = modelOf(stored);
    const scores = await withModel(runtime, model, (opened) => opened.scores(denseRows(benign)));
    const { threshold, falseAlarms } = operatingPoint(detectionScores(scores, positive), wanted);
    return {
      bytes: calibratedModel(model, positive, threshold).bytes,
      training: { ...stored.training, falseAlarms: falseAlarms.estimate, threshold },
      options: { ...stored.options },
    };
  },
};
