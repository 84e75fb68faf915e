// The models that a study may name: learners to train, files that hold a trained model, services that are asked.

import { z } from "zod";

const name = z.string().regex(/^[\w.-]+$/);

/** A learner to be trained. */
export const learnerChoice = z.strictObject({
  learner: z.string().describe("name of a learner, see carom fit --list"),
  name: name.optional().describe("what results call it; the learner's name with _H or _L where absent"),
  complexity: z.enum(["high", "low"]).optional().describe("options that make a model of high or of low complexity"),
  preset: z.string().optional().describe('named options of an experiment, such as "mnist89-evasion/high"'),
  options: z.record(z.string(), z.unknown()).optional().describe("single options, over those of complexity or preset"),
  fraction: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe("share of its rows that this surrogate is trained on; surrogateFraction where absent"),
});

const classNames = z
  .array(z.string())
  .min(2)
  .exactOptional()
  .describe("names of its classes, in the order of its scores");
const output = z.string().exactOptional().describe("the output that holds the scores, where there are several");
const rowShape = z.array(z.number().int().positive()).min(1);

/** A model in a file. */
export const fileChoice = z.strictObject({
  model: z.string().describe("a model file, beside the study file"),
  name: name.exactOptional().describe("what results call it; the name of the file where absent"),
  classes: classNames,
  output,
  normalize: z
    .strictObject({
      mean: z.array(z.number()).min(1).describe("what is taken off"),
      deviation: z.array(z.number().positive()).min(1).describe("what the rest is divided by"),
    })
    .exactOptional()
    .describe("the model takes (x - mean) / deviation of the data: one number each, or one for each channel"),
  inputShape: z
    .union([rowShape, z.record(z.string(), z.number().int().positive())])
    .exactOptional()
    .describe("sizes that the file leaves open: those of one row, or of axes by name"),
});

/** A model that somebody else runs, and that answers. */
export const serviceChoice = z.strictObject({
  service: z.string().describe("its address, http://..., or a mapping file .yaml beside the study file"),
  name: name.exactOptional().describe('what results call it; "service" where absent'),
  protocol: z.string().exactOptional().describe("open-inference, mlflow or tensorflow-serving; found out where absent"),
  output,
  header: z.array(z.string()).exactOptional().describe("added to every request, such as 'X-Api-Key: $KEY'"),
  authEnv: z.string().exactOptional().describe("environment variable that holds a token for the Authorization header"),
  classes: classNames,
  inputShape: rowShape.exactOptional().describe("sizes of one row in requests"),
  targetVersion: z
    .string()
    .exactOptional()
    .describe("what the deployed version is called; answers of another one are not used"),
  maxQueries: z
    .number()
    .int()
    .positive()
    .exactOptional()
    .describe("the most rows that may be sent, retries and interrupted runs included"),
  batch: z.number().int().positive().exactOptional().describe("rows in a request; 64 where absent"),
  concurrency: z.number().int().positive().exactOptional().describe("requests at a time; 4 where absent"),
  retries: z
    .number()
    .int()
    .nonnegative()
    .max(20)
    .exactOptional()
    .describe("attempts after one that failed; 4 where absent"),
  timeout: z.number().positive().max(3600).exactOptional().describe("seconds to wait for an answer; 30 where absent"),
});

/** A learner that a study trains. */
export type LearnerChoice = z.infer<typeof learnerChoice>;
/** A file of a study, with a trained model. */
export type FileChoice = z.infer<typeof fileChoice>;
/** A service of a study, and how it is asked. */
export type ServiceChoice = z.infer<typeof serviceChoice>;
/** A model that is given, and not trained. */
export type GivenChoice = FileChoice | ServiceChoice;
/** A model that a study names. */
export type ModelChoice = LearnerChoice | GivenChoice;

/** A model that points are judged on. */
export const targetChoice = z.union([learnerChoice, fileChoice, serviceChoice]);

/** A model that points are crafted on. */
export const surrogateChoice = z.union([learnerChoice, fileChoice], {
  error: ({ input }) =>
    names(input, "service")
      ? "a learner or a model file, since points are crafted on it and a service gives no gradients"
      : undefined,
});

const { fraction: _, ...trained } = learnerChoice.shape;

/** A model that learns from poisoning points, so that it has to be trained here. */
export const trainedChoice = z.strictObject(trained, {
  error: ({ input }) =>
    names(input, "model") || names(input, "service")
      ? "a learner, since poisoning points are among what models learn from, and these have learned"
      : undefined,
});

const names = (input: unknown, key: string) => typeof input === "object" && input !== null && key in input;

/** Whether a model is trained here. */
export const isLearner = <C extends ModelChoice>(choice: C): choice is Extract<C, LearnerChoice> => "learner" in choice;
