// What the page shows, as signals; what its controls say stands in the address.

import { computed, effect, signal } from "@preact/signals";
import { greysIn, hashOf, type View, viewOf } from "./address.ts";
import type { Answer } from "./question/answer.ts";
import { matrixOf, type Role } from "./question/learners.ts";
import type { Drawn, Looked, Pair, PoisonChoice, Poisoned, Regularised, Told } from "./question/messages.ts";
import { budgetsOf, type Question, questionSchema } from "./question/question.ts";

const first = viewOf(location.hash);
export const view = signal<View>(first.view);
export const fault = signal<string | undefined>(first.fault);

/** A part of the state, the same object for as long as it says the same. */
function part<T>(of: (view: View) => T) {
  let last: { readonly said: string; readonly value: T } | undefined;
  return computed(() => {
    const value = of(view.value);
    const said = JSON.stringify(value) ?? "";
    if (last?.said !== said) last = { said, value };
    return last.value;
  });
}

const asked = Object.keys(questionSchema.shape);
/** The question; another budget or digit is no other one. */
export const question = part((now) =>
  questionSchema.parse(Object.fromEntries(Object.entries(now).filter(([name]) => asked.includes(name)))),
);
export const digit = computed(() => view.value.digit);
const drawnAs = part((now) => now.drawn);
/** The digit that was drawn and is on the stage in place of one of the data. */
export const drawn = computed<Drawn | undefined>(
  () => drawnAs.value && { pixels: greysIn(drawnAs.value.pixels), label: drawnAs.value.label },
);
/** The training set in the plane that is asked about. */
export const poison = part<PoisonChoice>(({ poison: { learners, points } }) => ({
  learners,
  ...(points && { points }),
}));

export const doing = signal("");
export const answered = signal<Answer | undefined>(undefined);
/** The question that was answered; another one is asked while its answer is being computed. */
export const answeredOf = signal<Question | undefined>(undefined);
export const variability = signal<number | undefined>(undefined);
export const whiteBox = signal<readonly number[] | undefined>(undefined);
/** Which reason limits the attack, at each computed budget. */
export const sentences = signal<readonly string[] | undefined>(undefined);
/** What was seen of the digit on the stage. */
export const looked = signal<Looked | undefined>(undefined);
/** What came of the training set in the plane. */
export const poisoned = signal<Poisoned | undefined>(undefined);
export const pairs = signal<readonly Pair[]>([]);
export const arePairsKnown = computed(
  () => pairs.value.length === matrixOf.surrogates.length * matrixOf.targets.length,
);
/** Whether the part of the page that shows them is near sight, or is being printed. */
export const arePairsNear = signal(false);
/** What is being done about them. */
export const pairing = signal("");
/** The model that the user is regularising; nobody's where none was touched yet. */
export const regularising = signal<Role | undefined>(
  (["surrogate", "target"] as const).find((role) => first.view.between[role] !== undefined),
);
type ByPosition = readonly (Regularised | undefined)[];
/** What came of each position of each model's regularisation, as far as it is known. */
export const regularised = signal<Readonly<Record<Role, ByPosition>>>({ surrogate: [], target: [] });

/** The question apart from one model's position, which positions of that model do not depend on. */
const besides = (asked: Question, role: Role) => JSON.stringify({ ...asked, [role]: asked[role].learner });
let lastAsked = question.peek();
effect(() => {
  const now = question.value;
  const kept = (role: Role) => (besides(now, role) === besides(lastAsked, role) ? regularised.peek()[role] : []);
  regularised.value = { surrogate: kept("surrogate"), target: kept("target") };
  lastAsked = now;
});

/** Takes in what came of one position. */
export function hearRegularised(told: Regularised): void {
  const { role, position } = told;
  const own = Array.from({ length: position + 1 }, (_, i) => regularised.value[role][i]);
  const all = [...own, ...regularised.value[role].slice(position + 1)].with(position, told);
  regularised.value = { ...regularised.value, [role]: all };
}

/** Changes part of the state; a budget beyond those of the norm becomes the largest. */
export function show(part: Partial<View>): void {
  const next = { ...view.peek(), ...part };
  // Budgets of two norms are lengths of two kinds: the same share of the range is kept.
  const share = view.peek().epsilon / budgetsOf[view.peek().norm].at(-1)!;
  const most = budgetsOf[next.norm].at(-1)!;
  const kept = part.norm && part.norm !== view.peek().norm && part.epsilon === undefined ? share * most : next.epsilon;
  view.value = { ...next, epsilon: Math.min(kept, most) };
}

/** For how long the state must stand still before it is written into the address, in milliseconds. */
const STILL = 250;
let writing: ReturnType<typeof setTimeout> | undefined;
const write = () => history.replaceState(null, "", hashOf(view.peek()));
effect(() => {
  // Browsers refuse an address that changes with each move of a pointer.
  view.value;
  clearTimeout(writing);
  writing = setTimeout(write, STILL);
});
addEventListener("pagehide", write);
addEventListener("hashchange", () => {
  const { view: given, fault: told } = viewOf(location.hash);
  view.value = given;
  fault.value = told;
});

type Heard = Told extends infer T ? (T extends unknown ? Omit<T, "about" | "number"> : never) : never;

/** Takes in what the worker says. */
export function hear(told: Heard): void {
  if ("doing" in told) doing.value = told.doing;
  else if ("answer" in told) {
    answered.value = told.answer;
    answeredOf.value = question.peek();
  } else if ("variability" in told) variability.value = told.variability;
  else if ("whiteBox" in told) {
    whiteBox.value = told.whiteBox;
    sentences.value = told.sentences;
  } else {
    fault.value = told.fault;
    doing.value = "";
    pairing.value = "";
  }
}

/** Forgets what was said of another question; its picture stays until the next is there. */
export function forget(): void {
  variability.value = undefined;
  whiteBox.value = undefined;
  sentences.value = undefined;
  pairs.value = [];
  pairing.value = "";
  looked.value = undefined;
}
