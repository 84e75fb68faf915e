// Starts the page and its worker.

import digits from "virtual:digits";
import { computed, effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./page/app.tsx";
import type {
  Asked,
  Look,
  LookTold,
  PoisonAsked,
  PoisonTold,
  RegulariseAsked,
  RegulariseTold,
  Told,
} from "./question/messages.ts";
import { startWorker } from "./startWorker.ts";
import {
  answered,
  digit,
  drawn,
  forget,
  hear,
  hearRegularised,
  looked,
  poison,
  poisoned,
  question,
  regularising,
} from "./state.ts";
import workerUrl from "./worker.ts?worker&url";
import "./style.css";

render(<App />, document.getElementById("lab")!);
const [worker, bytes] = await Promise.all([
  startWorker(workerUrl),
  fetch(digits).then((response) => response.arrayBuffer()),
]);
const asked = { question: 0, look: 0, poison: 0, regularise: 0 };
worker.addEventListener("message", ({ data }: MessageEvent<Told | LookTold | PoisonTold | RegulariseTold>) => {
  if (data.number !== asked[data.about]) return;
  if ("looked" in data) looked.value = data.looked;
  else if ("poisoned" in data) poisoned.value = data.poisoned;
  else if ("regularised" in data) hearRegularised(data.regularised);
  else if (data.about === "question" || "fault" in data) hear(data);
});
const failed = (message: string) => hear({ fault: `The page's worker failed: ${message}` });
worker.addEventListener("error", ({ message }) => failed(message));
const ask = (about: Asked | Look | PoisonAsked | RegulariseAsked) => worker.postMessage(about);

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
