// Sends JSON and receives JSON: limited, patient with passing failures, and never to another host than the one named.

import { setTimeout as after } from "node:timers/promises";
import { InputError } from "@carom/core";
import { attemptOnce, type Exchange, type ExchangeOptions, exchangeOnce, parsed } from "./exchange.ts";
import { keptFailing, tooLongToWait } from "./faults.ts";
import { startLimit } from "./limit.ts";
import { duration, LONGEST_WAIT_S, waitBefore } from "./retry.ts";

interface TransportOptions extends ExchangeOptions {
  /** Requests at a time. */
  readonly concurrency: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Called with a sentence where there is a wait that people would wonder about. */
  tell?(sentence: string): void;
  /** How to wait, where it is not for real. No clock is looked at, since clocks step. */
  sleep?(milliseconds: number, signal: AbortSignal): Promise<unknown>;
}

export interface Transport {
  /**
   * What is read from the JSON document answered.
   * @throws InputError, also where reading does; nothing is sent after that
   */
  send<T>(exchange: Exchange, read: (document: unknown) => T): Promise<T>;
  /**
   * Status and document of one attempt without any rows, to find out what is there; undefined where nothing answers.
   */
  probe(exchange: Omit<Exchange, "rows">): Promise<{ readonly status: number; readonly document: unknown } | undefined>;
}

const sleepFor = (milliseconds: number, signal: AbortSignal) => after(milliseconds, undefined, { signal });

/** Waits from here on are told. */
const TOLD_MS = 2000;
/** How often a request is told to come later before we give up; the retries are for other failures. */
const MOST_REFUSALS = 20;

/** A transport; after its first fatal failure it sends nothing any more. */
export function startTransport(options: TransportOptions): Transport {
  const { name, retries, sleep = sleepFor, tell } = options;
  const limited = startLimit(options.concurrency);
  // A server that has said once that it is asked too fast is asked one thing at a time.
  const singly = startLimit(1);
  let tooFast = false;
  let resting: Promise<unknown> | undefined;
  let ended: InputError | undefined;
  const end = new AbortController();
  const pause = async (milliseconds: number) => {
    await sleep(milliseconds, end.signal).catch((error: unknown) => {
      throw ended ?? error;
    });
  };

  const rest = (milliseconds: number) => {
    const all = Promise.all([resting, pause(milliseconds)]).finally(() => {
      if (resting === all) resting = undefined;
    });
    // Where nobody waits for it any more, its end is no news.
    all.catch(() => {});
    resting = all;
  };

  const attempts = async (exchange: Exchange): Promise<unknown> => {
    const turn = async () => {
      while (resting) await resting;
      if (ended) throw ended;
      return attemptOnce(exchange, options);
    };
    let failures = 0;
    let refusals = 0;
    for (;;) {
      const outcome = await (tooFast ? singly(turn) : turn());
      if ("document" in outcome) return outcome.document;
      if (outcome.tooFast) {
        tooFast = true;
        refusals++;
      } else failures++;
      if (failures > retries || refusals > MOST_REFUSALS) throw keptFailing(name, outcome, failures + refusals);
      if ((outcome.retryAfter ?? 0) > LONGEST_WAIT_S) throw tooLongToWait(name, outcome);
      const wait = waitBefore(failures + refusals - 1, outcome);
      // Who is told to wait by one answer does not try with another request in the meantime.
      const isShared = outcome.tooFast === true || outcome.retryAfter !== undefined;
      if (wait >= TOLD_MS && !(isShared && resting)) {
        tell?.(`target ${name} answered ${outcome.got}; waiting ${duration(wait / 1000)} before the next attempt`);
      }
      if (isShared) rest(wait);
      else await pause(wait);
    }
  };
  return {
    send: (exchange, read) =>
      limited(async () => {
        if (ended) throw ended;
        try {
          return read(await attempts(exchange));
        } catch (error) {
          if (error instanceof InputError) {
            ended ??= error;
            end.abort();
          }
          throw error;
        }
      }),
    async probe(exchange) {
      const patient = { ...options, timeoutMs: Math.min(options.timeoutMs, 10_000) };
      const outcome = await exchangeOnce({ ...exchange, rows: 0 }, patient);
      if ("got" in outcome) return undefined;
      return { status: outcome.status, document: parsed(outcome.text) };
    },
  };
}
