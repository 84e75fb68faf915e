// A watch over this process: a thread that sees how long a stranger's model computes, how much memory all takes, and
// whether anybody still wants it.
//
// Native code hears no signal and gives no turn to anyone, so nobody else in the process could end it. The thread has
// nothing to do with the runtime.

import { Worker } from "node:worker_threads";
import { InputError } from "@carom/core";
import { type Limits, type Listener, limits, limitVariables, listener } from "./limits.ts";
import { givenLimits } from "./sizes.ts";

/** What the watch is told when it begins. */
export interface Watched {
  /** How many computations are under way, and a number that changes whenever the process gives a turn. */
  readonly state: Int32Array;
  readonly limits: Limits;
  /** Who waits for what this process does; undefined where nobody does. */
  readonly listener: Listener | undefined;
}

const [UNDER_WAY, TURNS] = [0, 1];
/** A process that gives turns tells so this often. */
const TURN_MS = 1000;

let state: Int32Array | undefined;

/** Begins the watch, once in a process. @throws InputError for limits in the environment that are none */
export function startWatch(): void {
  if (state) return;
  for (const name of Object.values(limitVariables)) requirePositive(name);
  givenLimits();
  // Run from its source, as tests do, there is no thread to begin.
  if (import.meta.url.endsWith(".ts")) return;
  const shared = new Int32Array(new SharedArrayBuffer(8));
  state = shared;
  const watched: Watched = { state: shared, limits: limits(), listener: listener() };
  new Worker(new URL("watchThread.js", import.meta.url), { workerData: watched, execArgv: [] }).unref();
  setInterval(() => Atomics.add(shared, TURNS, 1), TURN_MS).unref();
}

/** Does work whose time a stranger's model decides on: where it gives no turn for too long, the process is ended. */
export async function watched<T>(work: () => Promise<T>): Promise<T> {
  if (state) Atomics.add(state, UNDER_WAY, 1);
  try {
    return await work();
  } finally {
    if (state) {
      Atomics.sub(state, UNDER_WAY, 1);
      Atomics.add(state, TURNS, 1);
    }
  }
}

function requirePositive(variable: string): void {
  const value = process.env[variable];
  if (value === undefined || (Number(value) > 0 && Number(value) < Number.POSITIVE_INFINITY)) return;
  throw new InputError("invalid", `environment variable ${variable}`, {
    expected: "a positive number",
    got: `"${value}"`,
    remedy: "unset it, or give one",
  });
}
