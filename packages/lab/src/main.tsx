// Starts the page and its worker.

import digits from "virtual:digits";
import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./page/app.tsx";
import type {
  Asked,
  Look,
  LookTold,
  PairsAsked,
  PairsTold,
  PoisonAsked,
  PoisonTold,
  RegulariseAsked,
  RegulariseTold,
  Told,
} from "./question/messages.ts";
import type { Question } from "./question/question.ts";
import { startWorker } from "./startWorker.ts";
import {
  answered,
  answeredOf,
  arePairsNear,
  digit,
  drawn,
  forget,
  hear,
  hearRegularised,
  looked,
  pairing,
  pairs,
  poison,
  poisoned,
  question,
  regularising,
  sentences,
} from "./state.ts";
import workerUrl from "./worker.ts?worker&url";
import "./style.css";

render(<App />, document.getElementById("lab")!);
const [worker, bytes] = await Promise.all([
  startWorker(workerUrl),
  fetch(digits).then((response) => response.arrayBuffer()),
]);
const asked = { question: 0, look: 0, poison: 0, pairs: 0, regularise: 0 };
type Heard = Told | LookTold | PairsTold | PoisonTold | RegulariseTold;
worker.addEventListener("message", ({ data }: MessageEvent<Heard>) => {
  if (data.number !== asked[data.about]) return;
  if ("looked" in data) looked.value = data.looked;
  else if ("poisoned" in data) poisoned.value = data.poisoned;
  else if ("regularised" in data) hearRegularised(data.regularised);
  else if ("pair" in data) pairs.value = [...pairs.value, data.pair];
  else if (data.about === "pairs" && "doing" in data) pairing.value = data.doing;
  else if (data.about === "question" || "fault" in data) hear(data);
});
const failed = (message: string) => hear({ fault: `The page's worker failed: ${message}` });
worker.addEventListener("error", ({ message }) => failed(message));
const ask = (about: Asked | Look | PairsAsked | PoisonAsked | RegulariseAsked) => worker.postMessage(about);

let isFirst = true;
effect(() => {
  forget();
  const number = ++asked.question;
  ask({ about: "question", number, question: question.value, ...(isFirst && { digits: bytes }) });
  isFirst = false;
});
effect(() => {
  if (!answered.value) return;
  const { value: now } = drawn;
  if (!now) looked.value = undefined;
  ask({ about: "look", number: ++asked.look, question: question.value, digit: digit.value, drawn: now });
});
const isThere = computed(() => answered.value !== undefined);
effect(() => {
  // What is seen first is computed first.
  if (isThere.value) ask({ about: "poison", number: ++asked.poison, ...poison.value });
});
effect(() => {
  const first = regularising.value;
  if (!isThere.value || !first) return;
  ask({ about: "regularise", number: ++asked.regularise, question: question.value, first });
});

/** The question whose pairs were asked for. */
let pairsOf: Question | undefined;
effect(() => {
  const { value: now } = question;
  // Pairs cost far more than all else: they wait until all that is seen before is there, and until they are near.
  const isTime = arePairsNear.value && answeredOf.value === now && sentences.value !== undefined;
  if (pairsOf === now || (!isTime && !pairsOf)) return;
  pairsOf = isTime ? now : undefined;
  ask({ about: "pairs", number: ++asked.pairs, ...(pairsOf && { question: pairsOf }) });
});
