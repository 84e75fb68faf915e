// Where the page computes: one question after the other, answers in the order in which they become known.

import type { Dataset, FloatType, OpenModel, Tensor } from "@carom/core";
import { digitsFrom } from "./digits.ts";
import { kernelRuntime } from "./kernels/runtime.ts";
import { answer, craft, judged, pairOf, sentences, variability } from "./question/answer.ts";
import type { Asked, Told } from "./question/messages.ts";
import { type Parts, partsOf, type Role, train } from "./question/models.ts";
import { type Chosen, matrixLearners, type Question } from "./question/question.ts";

/** Surrogates of other draws, beside the one that attacks, whose losses V is the variance of. */
const DRAWS = 4;

const runtime = kernelRuntime();
const tell = (told: Told) => postMessage(told);
let digits: Dataset | undefined;
let newest = 0;

addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  newest = data.number;
  if (data.digits) digits = digitsFrom(new Uint8Array(data.digits));
  void reply(data);
});

async function reply({ number, question }: Asked): Promise<void> {
  // A newer question makes the rest of an older one worthless.
  const next = async (doing: string) => {
    await pause();
    if (number !== newest) throw superseded;
    tell({ number, doing });
  };
  try {
    await work(question, number, next);
  } catch (error) {
    if (error !== superseded) tell({ number, fault: error instanceof Error ? error.message : String(error) });
  }
}
const superseded = Symbol("superseded");
/** Lets messages in. */
const pause = () => new Promise((resolve) => setTimeout(resolve));

async function work(question: Question, number: number, next: (doing: string) => Promise<void>): Promise<void> {
  const { seed } = question;
  const parts = partsOf(digits!, seed);
  await next("training the target");
  const target = await fitted(parts, "target", question.target, seed);
  await next("training the surrogate");
  const surrogate = await fitted(parts, "surrogate", question.surrogate, seed);
  await next("attacking the surrogate");
  const crafted = (role: Role, chosen: Chosen, on: OpenModel) => attacked(question, parts, role, chosen, on);
  const points = await crafted("surrogate", question.surrogate, surrogate);
  const found = await answer(question, parts, surrogate, target, points);
  tell({ number, answer: found });
  const surrogates = [surrogate];
  for (let draw = 1; draw <= DRAWS; draw++) {
    await next("training the surrogate on other rows");
    surrogates.push(await fitted(parts, "surrogate", question.surrogate, seed, draw));
  }
  const V = await variability(surrogates, parts.attacked);
  tell({ number, variability: V });
  await next("attacking the target itself");
  const own = await judged(await crafted("target", question.target, target), target, parts.attacked.labels);
  tell({ number, whiteBox: own, sentences: sentences(question, found, own, V) });
  for (const surrogate of matrixLearners) {
    await next(`attacking ${surrogate.learner}`);
    const model = await fitted(parts, "surrogate", surrogate, seed);
    const from = await pairOf(parts, model, await crafted("surrogate", surrogate, model));
    for (const target of matrixLearners) {
      await next(`judging by ${target.learner}`);
      tell({ number, pair: { surrogate, target, cell: await from(await fitted(parts, "target", target, seed)) } });
    }
  }
  await next("");
}

const models = new Map<string, Promise<OpenModel>>();

/** A model, fitted once. */
function fitted(parts: Parts, role: Role, chosen: Chosen, seed: number, draw = 0): Promise<OpenModel> {
  const key = JSON.stringify([role, chosen, seed, draw]);
  const known = models.get(key) ?? train(runtime, parts, role, chosen, { seed, draw });
  models.set(key, known);
  return known;
}

const attacks = new Map<string, Promise<readonly Tensor<FloatType>[]>>();

/** The points of every budget, crafted once on each model. */
function attacked({ norm, seed }: Question, parts: Parts, role: Role, chosen: Chosen, on: OpenModel) {
  const key = JSON.stringify([role, chosen, norm, seed]);
  const known = attacks.get(key) ?? craft({ norm, seed }, parts, role, on);
  attacks.set(key, known);
  return known;
}
