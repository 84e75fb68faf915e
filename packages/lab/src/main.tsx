// Starts the page and its worker.

import digits from "virtual:digits";
import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./page/app.tsx";
import type { Asked } from "./question/messages.ts";
import { forget, hear, question } from "./state.ts";
import "./style.css";

const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
let number = 0;
worker.addEventListener("message", ({ data }) => {
  if (data.number === number) hear(data);
});
worker.addEventListener("error", ({ message }) => hear({ number, fault: `The page's worker failed: ${message}` }));
const ask = (asked: Omit<Asked, "number">) => worker.postMessage({ number: ++number, ...asked } satisfies Asked);

render(<App />, document.getElementById("lab")!);
const bytes = await (await fetch(digits)).arrayBuffer();
let isFirst = true;
effect(() => {
  forget();
  ask({ question: question.value, ...(isFirst && { digits: bytes }) });
  isFirst = false;
});
