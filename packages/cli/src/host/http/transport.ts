// Sends JSON and receives JSON: limited, patient with passing failures, and never to another host than the one named.

import { setTimeout as after } from "node:timers/promises";
import { InputError } from "@carom/core";
import { beyond, mostOf } from "@carom/core/data";
import { redactDocument } from "../../terminal/secrets.ts";
import { hostLimits } from "../sizes.ts";
import { excerpt, readBody, TooLong } from "./body.ts";
import { startLimit } from "./limit.ts";
import { duration, type Failure, isTransient, LONGEST_WAIT_S, parseRetryAfter, waitBefore } from "./retry.ts";

interface TransportOptions {
  /** Added to every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Requests at a time. */
  readonly concurrency: number;
  /** Attempts after the first. */
  readonly retries: number;
  readonly timeoutMs: number;
  /** What the target is called in messages. */
  readonly name: string;
  /** Called right before rows are sent, each time they are; throws where the budget does not allow it. */
  reserve(rows: number): void;
  /** Called with a sentence where there is a wait that people would wonder about. */
  tell?(sentence: string): void;
  /** How to wait, where it is not for real. No clock is looked at, since clocks step. */
  sleep?(milliseconds: number, signal: AbortSignal): Promise<unknown>;
}

interface Exchange {
  readonly url: URL;
  /** Makes the JSON to be posted, when its turn comes: many requests may wait. A GET request where absent. */
  body?(): unknown;
  /** Rows that are asked about in it. */
  readonly rows: number;
  /** What may help where the target refuses it. */
  readonly remedy?: string | undefined;
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

const REDIRECTS = 3;
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

type Outcome = { readonly document: unknown } | Failure;
type Received =
  | {
      readonly status: number;
      readonly text: string;
      readonly retryAfter: string | null;
      /** When the server says that it answered. */
      readonly date: string | null;
    }
  | Failure;

/** One attempt: the document, or a failure that may pass. @throws InputError where another attempt would be in vain */
async function attemptOnce(exchange: Exchange, options: TransportOptions): Promise<Outcome> {
  const received = await exchangeOnce(exchange, options);
  if ("got" in received) return received;
  const { status, text, retryAfter, date } = received;
  if (isTransient(status)) {
    const wait = parseRetryAfter(retryAfter, date);
    return {
      got: `status ${status}${said(text)}`,
      tooFast: status === 429,
      ...(wait !== undefined && { retryAfter: wait }),
    };
  }
  if (status < 200 || status > 299) throw refused(options.name, status, text, exchange);
  const document = parsed(text);
  if (document !== undefined) return { document };
  if (/\b(NaN|-?Infinity)\b/.test(text)) throw notFinite(options.name);
  return {
    got: text === "" ? "an empty answer" : `an answer that is no JSON or was cut short: "${excerpt(text, 80)}"`,
  };
}

/** Sends and receives; follows redirects on the same host. */
async function exchangeOnce({ url, body, rows }: Exchange, options: TransportOptions): Promise<Received> {
  const { name, headers, timeoutMs, reserve } = options;
  const signal = AbortSignal.timeout(timeoutMs);
  let to = url;
  for (let hops = 0; ; hops++) {
    if (rows > 0) reserve(rows);
    try {
      const response = await fetch(to, {
        method: body === undefined ? "GET" : "POST",
        headers: headersFor(headers, body !== undefined),
        ...(body !== undefined && { body: JSON.stringify(body()) }),
        redirect: "manual",
        signal,
      });
      const location = response.headers.get("location");
      if (response.status >= 300 && response.status < 400 && location !== null) {
        await response.body?.cancel();
        const next = URL.canParse(location, to) ? new URL(location, to) : undefined;
        if (next?.origin !== url.origin) throw redirected(name, next);
        if (hops === REDIRECTS) throw redirected(name, next);
        to = next;
        continue;
      }
      const text = await readBody(response, mostOf(hostLimits.answered));
      const { headers: got } = response;
      return { status: response.status, text, retryAfter: got.get("retry-after"), date: got.get("date") };
    } catch (error) {
      if (error instanceof InputError) throw error;
      if (error instanceof TooLong) throw tooLong(name);
      return failureOf(error as Error, name, timeoutMs);
    }
  }
}

function headersFor(own: Readonly<Record<string, string>>, posts: boolean): Headers {
  const headers = new Headers({ Accept: "application/json", ...(posts && { "Content-Type": "application/json" }) });
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return headers;
}

/** The JSON in a text, credentials struck out; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return redactDocument(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What a failed request is to be called. @throws InputError where it will fail each time */
function failureOf(error: Error, name: string, timeoutMs: number): Failure {
  if (error.name === "TimeoutError") return { got: `no answer within ${timeoutMs / 1000} s` };
  const { code = "", message = "" } = (error.cause ?? error) as { code?: string; message?: string };
  if (code === "ENOTFOUND") {
    throw new InputError("missing", `target ${name}`, {
      expected: "a host that can be found",
      got: "a name that no host has",
      remedy: "check the address",
    });
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) {
    throw new InputError("invalid", `target ${name}`, {
      expected: "a certificate that can be checked",
      got: code,
      remedy: "name the authority that signed it with the environment variable NODE_EXTRA_CA_CERTS",
    });
  }
  const reason: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nobody who listens there",
    ECONNRESET: "a connection that was closed",
    UND_ERR_SOCKET: "a connection that was closed",
    EAI_AGAIN: "a name that could not be looked up",
  };
  return { got: reason[code] ?? `a failed connection (${excerpt(code || message || error.message, 80)})` };
}

/** The server's own words: its message where it sends a document with one, else the start of what it sends. */
function said(text: string): string {
  const document = parsed(text);
  const words = excerpt((document === undefined ? undefined : messageIn(document)) ?? text, 400);
  return words === "" ? "" : ` ("${words}")`;
}

/** What servers call a message, those that say more first. */
const messageNames = ["message", "error_message", "detail", "msg", "error", "errors", "title", "reason"];

function messageIn(document: unknown, depth = 0): string | undefined {
  if (typeof document === "string" && document.trim() !== "") return document;
  if (typeof document !== "object" || document === null || depth > 3) return undefined;
  const inner = Array.isArray(document)
    ? document.slice(0, 1)
    : messageNames.map((name) => (Object.hasOwn(document, name) ? Reflect.get(document, name) : undefined));
  return inner.map((each) => messageIn(each, depth + 1)).find((each) => each !== undefined);
}

function refused(name: string, status: number, text: string, { rows, remedy: own }: Exchange): InputError {
  const others = own ?? "name another protocol with --protocol, or describe requests in a mapping file";
  const [expected, remedy] = remedies[status] ?? [
    "an answer to a request of this protocol",
    rows > 1 ? `${others}; where it takes one row at a time, say --batch 1` : others,
  ];
  const asked = rows > 0 ? `${rows} row${rows === 1 ? "" : "s"}` : "a question about the model";
  const got = `status ${status} to ${asked}${said(text)}`;
  return new InputError("invalid", `target ${name}`, { expected, got, remedy });
}

const remedies: Readonly<Record<number, readonly [expected: string, remedy: string]>> = {
  401: ["a request that is let in", "give a credential with --auth-env NAME or --header"],
  403: ["a request that is let in", "give another credential with --auth-env NAME or --header"],
  404: ["a model under that address", "check the address and --protocol"],
  413: ["rows that fit into a request", "send fewer at a time with --batch"],
};

function keptFailing(name: string, { got }: Failure, attempts: number): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: `an answer within ${attempts} attempt${attempts === 1 ? "" : "s"}`,
    got: `${got} at the last`,
    remedy: "start the same command again when the target is well: what it answered so far is kept",
  });
}

function tooLongToWait(name: string, { retryAfter }: Failure): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: `a pause of at most ${LONGEST_WAIT_S} s between requests`,
    got: `a wish for one of ${duration(retryAfter ?? 0)}`,
    remedy: "start the same command again after that: what it answered so far is kept",
  });
}

function redirected(name: string, to: URL | undefined): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: "answers from that host",
    got: to ? `a redirection to ${to.origin}` : "a redirection to nowhere",
    remedy: "if that is the target, give its address: rows and credentials are not sent where nobody named",
  });
}

function tooLong(name: string): InputError {
  const remedy = "check that the address is a model's, or send fewer rows at a time with --batch";
  return beyond(hostLimits.answered, `target ${name}`, "one that goes on", remedy);
}

/** What is said of scores that are no numbers. */
export function notFinite(name: string): InputError {
  return new InputError("invalid", `scores of target ${name}`, {
    expected: "finite numbers",
    got: "NaN or infinity",
    remedy: "see what the model makes of these rows; a network that diverged gives no other answer",
  });
}
