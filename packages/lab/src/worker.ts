// Where the page computes: one question after the other, answers in the order in which they become known.

import {
  type Dataset,
  dataset,
  type FloatType,
  type OpenModel,
  sliceRows,
  type Tensor,
  takeRows,
  tensor,
} from "@carom/core";
import { answering, pause } from "./answering.ts";
import { digitsFrom } from "./digits.ts";
import { kernelRuntime } from "./kernels/runtime.ts";
import { answer, budgetsIn, craft, judged, lossGradients, pairOf, sentences, variability } from "./question/answer.ts";
import { type Chosen, matrixOf, nameOf, type Role, WEAKEST } from "./question/learners.ts";
import type {
  Asked,
  Look,
  LookTold,
  PairsAsked,
  PairsTold,
  PoisonAsked,
  PoisonTold,
  RegulariseAsked,
  Regularised,
  RegulariseTold,
  Told,
} from "./question/messages.ts";
import { type Parts, partsOf, train } from "./question/models.ts";
import { planeAt } from "./question/plane.ts";
import { cleanPoints, type Learned, learn, NAMES } from "./question/poison.ts";
import type { Question } from "./question/question.ts";

/** Surrogates of other draws, beside the one that attacks, whose losses V is the variance of. */
const DRAWS = 4;
/** The draw that a second surrogate is trained on. */
const PARTNER = DRAWS + 1;

const runtime = kernelRuntime(pause);
let digits: Dataset | undefined;

answering<Asked, Told>("question", async ({ question, digits: bytes }, tell, next) => {
  if (bytes) digits = digitsFrom(new Uint8Array(bytes));
  const { seed } = question;
  const parts = partsOf(digits!, seed);
  await next("training the target");
  const target = await fitted(parts, "target", question.target, seed);
  await next("training the surrogate");
  const on = await surrogatesOf(question, parts);
  const [surrogate] = on;
  await next("attacking the surrogate");
  const points = await crafted(question, parts, on);
  const found = await answer(budgetsIn(question), parts.attacked, surrogate, target, points);
  tell({ answer: found });
  const V = await variabilityOf(question, parts, next);
  tell({ variability: V });
  const names = { surrogate: nameOf(question.surrogate), target: nameOf(question.target) };
  if (target.differentiable) {
    await next("attacking the target itself");
    const points = await attacked(question, parts, "target", [question.target], [target]);
    const own = await judged(points, target, parts.attacked.labels);
    tell({ whiteBox: own, sentences: sentences(names, found, own, V) });
  } else {
    const noGradients = `as a ${question.target.learner} has no gradients`;
    tell({ whiteBox: undefined, sentences: sentences(names, found, { noGradients }, V) });
  }
  await next("");
});

answering<PairsAsked, PairsTold>("pairs", async ({ question }, tell, next) => {
  if (!question) return;
  const { seed } = question;
  const parts = partsOf(digits!, seed);
  for (const surrogate of matrixOf.surrogates) {
    await next(`attacking ${surrogate.learner}`);
    const model = await fitted(parts, "surrogate", surrogate, seed);
    const from = await pairOf(
      parts.attacked,
      model,
      await attacked(question, parts, "surrogate", [surrogate], [model]),
    );
    for (const target of matrixOf.targets) {
      await next(`judging by ${target.learner}`);
      tell({ pair: { surrogate, target, cell: await from(await fitted(parts, "target", target, seed)) } });
    }
  }
  await next("");
});

answering<Look, LookTold>("look", async ({ question, digit: wanted, drawn }, tell, next) => {
  await next("");
  const parts = partsOf(digits!, question.seed);
  const target = await fitted(parts, "target", question.target, question.seed);
  const surrogates = await surrogatesOf(question, parts);
  const { attacked: rows } = parts;
  const digit = Math.min(wanted, rows.labels.length - 1);
  const one = drawn
    ? dataset({
        features: tensor("float32", [1, drawn.pixels.length], drawn.pixels),
        labels: [drawn.label],
        classNames: rows.classNames,
        domain: [0, 1],
      })
    : takeRows(rows, [digit]);
  const points = drawn
    ? await craft(budgetsIn(question), question.seed, one, parts.surrogate, surrogates)
    : (await crafted(question, parts, surrogates)).map((all) => sliceRows(all, digit, digit + 1));
  const found = drawn && (await answer(budgetsIn(question), one, surrogates[0], target, points));
  const [own, theirs] = [await lossGradients(surrogates[0], one), await lossGradients(target, one)];
  const way = points.map(({ data }) => Float32Array.from(data));
  const plane = await planeAt([surrogates[0], target], [own!.data, theirs?.data], one.labels[0], way);
  tell({ looked: { plane, ...(found && { drawn: found }) } });
});

answering<RegulariseAsked, RegulariseTold>("regularise", async ({ question, first }, tell, next) => {
  const parts = partsOf(digits!, question.seed);
  for (const role of [first, first === "surrogate" ? "target" : "surrogate"] as const) {
    const here = question[role].position;
    // What is nearest is known first.
    const positions = Array.from({ length: WEAKEST + 1 }, (_, i) => i);
    for (const position of positions.sort((a, b) => Math.abs(a - here) - Math.abs(b - here))) {
      await next(`regularising the ${role}`);
      const asked = { ...question, [role]: { ...question[role], position } };
      tell({ regularised: { role, position, ...(await regularisedAs(asked, parts, next)) } });
    }
  }
});

const found = new Map<string, Omit<Regularised, "role" | "position">>();

/** What comes of a question, computed once. */
async function regularisedAs(question: Question, parts: Parts, next: (doing: string) => Promise<void>) {
  const key = JSON.stringify(question);
  const known = found.get(key);
  if (known) return known;
  const target = await fitted(parts, "target", question.target, question.seed);
  const on = await surrogatesOf(question, parts);
  const points = await crafted(question, parts, on);
  const { size, alignment, budgets } = await answer(budgetsIn(question), parts.attacked, on[0], target, points);
  const variability = await variabilityOf(question, parts, next);
  const errors = budgets.map((at) => at.errors.target);
  found.set(key, { size, alignment, variability, errors });
  return { size, alignment, variability, errors };
}

answering<PoisonAsked, PoisonTold>("poison", async ({ points = cleanPoints(24, "first"), learners }, tell, next) => {
  await next("");
  const learned: Learned[] = [];
  for (const learner of learners) learned.push(await learn(runtime, points, learner));
  tell({ poisoned: { points, classNames: NAMES, learned } });
});

/** V of a question's surrogate, over training sets drawn anew. */
async function variabilityOf({ surrogate, seed }: Question, parts: Parts, next: (doing: string) => Promise<void>) {
  const surrogates = [await fitted(parts, "surrogate", surrogate, seed)];
  for (let draw = 1; draw <= DRAWS; draw++) {
    await next("training the surrogate on other rows");
    surrogates.push(await fitted(parts, "surrogate", surrogate, seed, draw));
  }
  return variability(surrogates, parts.attacked);
}

/** The surrogates of a question: one, or two that are attacked together. */
async function surrogatesOf({ surrogate, partner, seed }: Question, parts: Parts): Promise<readonly OpenModel[]> {
  const first = await fitted(parts, "surrogate", surrogate, seed);
  return partner ? [first, await fitted(parts, "surrogate", partner, seed, PARTNER)] : [first];
}

/** The points of every budget, crafted on the surrogates of a question. */
function crafted(question: Question, parts: Parts, on: readonly OpenModel[]) {
  const chosen = [question.surrogate, ...(question.partner ? [question.partner] : [])];
  return attacked(question, parts, "surrogate", chosen, on);
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

/** The points of every budget, crafted once on each model, or pair of models. */
function attacked(question: Question, parts: Parts, role: Role, chosen: readonly Chosen[], on: readonly OpenModel[]) {
  const { norm, seed, attack, booster } = question;
  const key = JSON.stringify([role, chosen, norm, seed, attack, booster]);
  const known = attacks.get(key) ?? craft(budgetsIn(question), seed, parts.attacked, parts[role], on);
  attacks.set(key, known);
  return known;
}
