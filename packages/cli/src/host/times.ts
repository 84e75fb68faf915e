// What tasks took on this machine beside what was estimated, kept in the store: estimates of time learn from it.
// Nothing but the order of tasks and what people are told depends on it.

import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Provider } from "@carom/core/models";
import type { Plan, Task } from "@carom/core/study";

/** Lines of family, decade of the estimated seconds, estimated and measured seconds, with tabs between. */
const FILE = "times.tsv";
/** Of each family and decade so many of the latest count. */
const LATEST = 25;

/** How often the estimate tasks of this family and of about this length take. */
type Times = ReadonlyMap<string, readonly number[]>;

const familyOf = ({ family, kind }: Task, provider: Provider) =>
  `${family ?? kind}${provider === "cpu" ? "" : ` on ${provider}`}`;
/** Short and long tasks are estimated wrongly by different factors. */
const decadeOf = ({ seconds }: Task) => Math.round(Math.log10(Math.max(seconds, 1e-3)));

/** Notes what a task took; that it could not be noted is no fault. */
export async function noteTime(
  folder: string,
  task: Task,
  measured: number,
  provider: Provider = "cpu",
): Promise<void> {
  const line = [familyOf(task, provider), decadeOf(task), task.seconds.toPrecision(4), measured.toPrecision(4)].join(
    "\t",
  );
  await appendFile(join(folder, FILE), `${line}\n`).catch(() => {});
}

/**
 * The plan with seconds as they were measured: each estimate times the median ratio of tasks of its family and length,
 * else of its family, else as it is.
 */
export async function withMeasuredTimes(plan: Plan, folder: string, provider: Provider = "cpu"): Promise<Plan> {
  const times = await readTimes(folder);
  const tasks = plan.tasks.map((task) => {
    const known = times.get(`${familyOf(task, provider)}\t${decadeOf(task)}`) ?? times.get(familyOf(task, provider));
    return known ? { ...task, seconds: task.seconds * median(known) } : task;
  });
  return { tasks, sources: plan.sources };
}

async function readTimes(folder: string): Promise<Times> {
  const text = await readFile(join(folder, FILE), "utf8").catch(() => "");
  const times = new Map<string, number[]>();
  // The latest first. A line that was cut short has no number at its end.
  for (const line of text.split("\n").reverse()) {
    const [family, decade, estimated, measured] = line.split("\t");
    const ratio = Number(measured) / Number(estimated);
    if (!(ratio > 0 && ratio < Number.POSITIVE_INFINITY)) continue;
    for (const group of [family, `${family}\t${decade}`]) {
      const known = times.get(group) ?? [];
      times.set(group, known);
      if (known.length < LATEST) known.push(ratio);
    }
  }
  return times;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
