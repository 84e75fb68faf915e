// What the page shows of the user's own files, as signals; what is asked of them stands in the address, they do not.

import { computed, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { startWorker } from "../startWorker.ts";
import { show, view } from "../state.ts";
import { type OwnView, ownSchema } from "./asked.ts";
import type { OwnAnswer } from "./attack.ts";
import type { OwnAsked, OwnSettings, OwnTold } from "./messages.ts";
import type { OpenedProps } from "./opened.tsx";
import type { DataChoices, Written } from "./options.ts";
import type { ModelFacts, OwnFile } from "./read.ts";
import type { OpenedReport } from "./report.ts";
import { inPageWords } from "./words.ts";
import url from "./worker.ts?worker&url";

const first = ownSchema.parse({});
const asked = computed(() => view.value.own ?? first);
/** What is asked of the files. */
export const settings = computed<OwnSettings>(() => {
  const { share: _, row: __, ...others } = asked.value;
  return others;
});
/** The budget that is looked at, as a share of the largest. */
export const share = computed(() => asked.value.share);
/** The row that is looked at. */
export const row = computed(() => asked.value.row);

/** Changes what is looked at, or asked. */
export const showOwn = (part: Partial<OwnView>) => show({ own: { ...asked.peek(), ...part } });

/** The options that data of the kind that is there heed. */
export const heeded = signal<readonly (keyof DataChoices)[]>(["label", "box"]);
export const doing = signal("");
export const faults = signal<readonly string[]>([]);
export const reading = signal("");
export const facts = signal<readonly ModelFacts[]>([]);
export const answer = signal<OwnAnswer | undefined>(undefined);
/** A report that is open, and what shows it, which is loaded with it. */
export const opened = signal<
  { readonly report: OpenedReport; readonly Opened: ComponentType<OpenedProps> } | undefined
>(undefined);

let number = 0;
let worker: Promise<Worker> | undefined;

function started(): Promise<Worker> {
  worker ??= startWorker(url).then((ready) => {
    ready.addEventListener("message", ({ data }: MessageEvent<OwnTold>) => {
      if (data.number === number) hear(data);
    });
    ready.addEventListener("error", ({ message }) => {
      faults.value = [...faults.value, `The page's worker failed: ${message}`];
    });
    return ready;
  });
  return worker;
}

/** Takes files that came: a report is opened, all else is asked about together with what is there. */
export async function take(files: readonly OwnFile[]): Promise<void> {
  const isReport = ({ name }: OwnFile) => /\.json$/i.test(name) && name !== "manifest.json";
  const reports = files.filter(isReport);
  if (reports.length === 0) return ask(files);
  doing.value = "opening the report";
  const [{ isBesideReport, readReport }, { Opened }] = await Promise.all([
    import("./report.ts"),
    import("./opened.tsx"),
  ]);
  const rest = files.filter((file) => !isReport(file) && !isBesideReport(file));
  faults.value = [];
  doing.value = "";
  const told: string[] = [];
  for (const file of reports) {
    try {
      const report = readReport(file);
      opened.value = { report, Opened };
      const { written, ...taken } = report.taken.settings;
      showOwn({ ...taken, written: { ...settings.value.written, ...written } });
      show(report.taken.view);
    } catch (error) {
      told.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (rest.length > 0 || answer.value) await ask(rest);
  faults.value = [...faults.value, ...told];
}

/** Closes the report that is open. */
export function closeReport(): void {
  opened.value = undefined;
}

/** Asks about all files that are there, and some that came. */
export async function ask(added: readonly OwnFile[] = []): Promise<void> {
  const ready = await started();
  faults.value = [];
  doing.value = "reading";
  const asked: OwnAsked = { about: "files", number: ++number, added, settings: settings.value };
  ready.postMessage(asked);
}

/** Changes what is asked. */
export function choose(part: Partial<OwnView>): void {
  showOwn(part);
  void ask();
}

/** Changes what stands in a field; an empty one says nothing. */
export function write(option: keyof Written, text: string): void {
  const { [option]: _, ...others } = settings.value.written;
  choose({ written: text.trim() === "" ? others : { ...others, [option]: text.trim() } });
}

/** Ends what is being computed, and forgets all files. */
export async function stop(): Promise<void> {
  (await worker)?.terminate();
  worker = undefined;
  number++;
  show({ own: undefined });
  for (const each of [doing, reading]) each.value = "";
  facts.value = [];
  faults.value = [];
  answer.value = undefined;
  closeReport();
}

function hear(told: OwnTold): void {
  if ("doing" in told) doing.value = told.doing;
  else if ("reading" in told) reading.value = told.reading;
  else if ("heeded" in told) heeded.value = told.heeded;
  else if ("facts" in told) facts.value = told.facts;
  else if ("answer" in told) answer.value = told.answer;
  else {
    faults.value = [...faults.value, inPageWords(told.fault)];
    doing.value = "";
  }
}
