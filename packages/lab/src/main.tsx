// Starts the page and its worker.

import digits from "virtual:digits";
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./page/app.tsx";
import type { Asked } from "./question/messages.ts";
import { startWorker } from "./startWorker.ts";
import { forget, hear, question } from "./state.ts";
import workerUrl from "./worker.ts?worker&url";
import "./style.css";

render(<App />, document.getElementById("lab")!);
const [worker, bytes] = await Promise.all([
  startWorker(workerUrl),
  fetch(digits).then((response) => response.arrayBuffer()),
]);
let number = 0;
worker.addEventListener("message", ({ data }) => {
  if (data.number === number) hear(data);
});
worker.addEventListener("error", ({ message }) => hear({ number, fault: `The page's worker failed: ${message}` }));
const ask = (asked: Omit<Asked, "number">) => worker.postMessage({ number: ++number, ...asked } satisfies Asked);

let isFirst = true;
effect(() => {
  forget();
  ask({ question: question.value, ...(isFirst && { digits: bytes }) });
  isFirst = false;
});
