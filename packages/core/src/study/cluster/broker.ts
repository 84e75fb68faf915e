// What stands between who wants tasks computed and machines that compute them. It holds no result: a task is done when
// its artifact is in the store, so a broker that forgets everything costs time and nothing else.

import type { InputError } from "../../errors.ts";
import type { Provider } from "../../models/runtime.ts";
import { VERSION } from "../../version.ts";
import { hashJson, type Task } from "../engine/task.ts";
import { taskKinds } from "../tasks/index.ts";

/** A task that any machine may compute. */
export interface Offer {
  readonly task: Task;
  readonly provider: Provider;
  /** What computes it: the same key means the same result only where this is the same. */
  readonly code: string;
  /** Processes that died while they were at it. */
  readonly deaths: number;
}

/** Why a task has no artifact: an input is gone, the input is wrong, or a fault of ours. */
export type Failure =
  | { readonly missing: string }
  | { readonly inputError: ConstructorParameters<typeof InputError> }
  | { readonly fault: string };

/** A task that this machine has and nobody else, until it is over or not renewed for long. */
export interface Taken {
  readonly offer: Offer;
  /** Says that it is still computed. */
  renew(): Promise<void>;
  /** Its artifact is in the store, or there will be none. */
  end(failure?: Failure): Promise<void>;
  /** Gives it back; `died` where the process that was at it did. */
  giveBack(died?: boolean): Promise<void>;
}

/** A machine that computes. */
export interface Host {
  readonly name: string;
  readonly pid: number;
  /** Tasks that it computes at a time. */
  readonly places: number;
  readonly code: string;
}

/** How things stand. */
export interface BrokerStatus {
  readonly hosts: readonly Host[];
  /** Tasks that are offered, those among them that are computed, and failures that nobody has read. */
  readonly offered: number;
  readonly taken: number;
  readonly failed: number;
}

/** Hands tasks from one process to others. Every call may fail where it is away, and may be repeated. */
export interface Broker {
  /** Offers a task; one that is offered already stays as it is. */
  offer(offer: Offer): Promise<void>;
  /** Takes an offer back; who is at it goes on. */
  withdraw(key: string): Promise<void>;
  /**
   * Clears away what machines left of tasks that are over, which ended before they could themselves; absent where
   * nothing is left.
   */
  clear?(keys: ReadonlySet<string>): Promise<void>;
  /** Keys of the tasks that are offered and not over. */
  offered(): Promise<ReadonlySet<string>>;
  /** Tells of tasks that are over as it hears of them, if not of all; absent where one can only look. */
  listen?(onOver: (key: string) => void): void;
  /** Why a task that is no longer offered has no artifact; told once. */
  failureOf(key: string): Promise<Failure | undefined>;
  /** Takes up to so many tasks that nobody is at. `isWilling` is asked about each. */
  take(most: number, isWilling: (offer: Offer) => boolean): Promise<readonly Taken[]>;
  /** Says that this machine is there; again before `patience` is over. */
  attend(host: Host): Promise<void>;
  leave(): Promise<void>;
  status(): Promise<BrokerStatus>;
  /** Milliseconds after which a machine that says nothing counts as gone. */
  readonly patience: number;
  close(): Promise<void>;
}

/** Time as a broker's users see it: what is simulated passes as fast as it can. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** Names the program: its version and that of each kind of task. */
export function codeName(): string {
  const kinds = Object.values(taskKinds).map(({ name, version }): [string, number] => [name, version]);
  return `${VERSION}-${hashJson(kinds.sort(([a], [b]) => (a < b ? -1 : 1))).slice(0, 8)}`;
}

/** Machines that were lost with a task before it counts as what kills them: many are lost for reasons of their own. */
export const MOST_LOST = 10;

/** Why a task has no artifact that no machine lived through. */
export function lostTooOften(task: string): Failure {
  const detail = {
    expected: "a machine that lives through it",
    got: `${MOST_LOST} machines that were lost while they were at it`,
    remedy: "see why they ended, for instance for want of memory, then start the same command again: it goes on",
  };
  return { inputError: ["invalid", `task ${task}`, detail] };
}
