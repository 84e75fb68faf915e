// Where the page computes: one question after the other, answers in the order in which they become known.

import type { Dataset, FloatType, OpenModel, Tensor } from "@carom/core";
import { answering, pause } from "./answering.ts";
import { digitsFrom } from "./digits.ts";
import { kernelRuntime } from "./kernels/runtime.ts";
import { answer, budgetsIn, craft, judged, pairOf, sentences, variability } from "./question/answer.ts";
import type { Asked, Told } from "./question/messages.ts";
import { type Parts, partsOf, type Role, train } from "./question/models.ts";
import { type Chosen, matrixLearners, nameOf, type Question } from "./question/question.ts";

/** Surrogates of other draws, beside the one that attacks, whose losses V is the variance of. */
const DRAWS = 4;
/** The draw that a second surrogate is trained on. */
const PARTNER = DRAWS + 1;

const runtime = kernelRuntime(pause);
let digits: Dataset | undefined;

answering<Asked, Told>(async ({ question, digits: bytes }, tell, next) => {
  if (bytes) digits = digitsFrom(new Uint8Array(bytes));
  const { seed } = question;
  const parts = partsOf(digits!, seed);
  await next("training the target");
  const target = await fitted(parts, "target", question.target, seed);
  await next("training the surrogate");
  const surrogate = await fitted(parts, "surrogate", question.surrogate, seed);
  const { partner } = question;
  await next("attacking the surrogate");
  const second = partner && (await fitted(parts, "surrogate", partner, seed, PARTNER));
  const points = await attacked(
    question,
    parts,
    "surrogate",
    [question.surrogate, ...(partner ? [partner] : [])],
    [surrogate, ...(second ? [second] : [])],
  );
  const found = await answer(budgetsIn(question), parts.attacked, surrogate, target, points);
  tell({ answer: found });
  const surrogates = [surrogate];
  for (let draw = 1; draw <= DRAWS; draw++) {
    await next("training the surrogate on other rows");
    surrogates.push(await fitted(parts, "surrogate", question.surrogate, seed, draw));
  }
  const V = await variability(surrogates, parts.attacked);
  tell({ variability: V });
  await next("attacking the target itself");
  const names = { surrogate: nameOf(question.surrogate), target: nameOf(question.target) };
  const own = await judged(
    await attacked(question, parts, "target", [question.target], [target]),
    target,
    parts.attacked.labels,
  );
  tell({ whiteBox: own, sentences: sentences(names, found, own, V) });
  for (const surrogate of matrixLearners) {
    await next(`attacking ${surrogate.learner}`);
    const model = await fitted(parts, "surrogate", surrogate, seed);
    const from = await pairOf(
      parts.attacked,
      model,
      await attacked(question, parts, "surrogate", [surrogate], [model]),
    );
    for (const target of matrixLearners) {
      await next(`judging by ${target.learner}`);
      tell({ pair: { surrogate, target, cell: await from(await fitted(parts, "target", target, seed)) } });
    }
  }
  await next("");
});

const models = new Map<string, Promise<OpenModel>>();

/** A model, fitted once. */
function fitted(parts: Parts, role: Role, chosen: Chosen, seed: number, draw = 0): Promise<OpenModel> {
  const key = JSON.stringify([role, chosen, seed, draw]);
  const known = models.get(key) ?? train(runtime, parts, role, chosen, { seed, draw });
  models.set(key, known);
  return known;
}

const attacks = new Map<string, Promise<readonly Tensor<FloatType>[]>>();

/** The points of every budget, crafted once on each model, or pair of models. */
function attacked(question: Question, parts: Parts, role: Role, chosen: readonly Chosen[], on: readonly OpenModel[]) {
  const { norm, seed, attack, booster } = question;
  const key = JSON.stringify([role, chosen, norm, seed, attack, booster]);
  const known = attacks.get(key) ?? craft(budgetsIn(question), seed, parts.attacked, parts[role], on);
  attacks.set(key, known);
  return known;
}
