// One request and its answer: what is sent, how far redirects are followed, and which failures may pass.

import { InputError } from "@carom/core";
import { mostOf } from "@carom/core/data";
import { redactDocument } from "../../terminal/secrets.ts";
import { hostLimits } from "../sizes.ts";
import { excerpt, readBody, TooLong } from "./body.ts";
import { cannotBeChecked, cannotBeFound, notFinite, redirected, refused, tooLong } from "./faults.ts";
import { type Failure, isTransient, parseRetryAfter } from "./retry.ts";

/** A request to be made. */
export interface Exchange {
  readonly url: URL;
  /** Makes the JSON to be posted, when its turn comes: many requests may wait. A GET request where absent. */
  body?(): unknown;
  /** Rows that are asked about in it. */
  readonly rows: number;
  /** What may help where the target refuses it. */
  readonly remedy?: string | undefined;
}

export interface ExchangeOptions {
  /** Added to every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** What the target is called in messages. */
  readonly name: string;
  /** Called right before rows are sent, each time they are; throws where the budget does not allow it. */
  reserve(rows: number): void;
}

const REDIRECTS = 3;

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
export async function attemptOnce(exchange: Exchange, options: ExchangeOptions): Promise<Outcome> {
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
  if (status < 200 || status > 299) throw refused(options.name, exchange, status, said(text));
  const document = parsed(text);
  if (document !== undefined) return { document };
  if (/\b(NaN|-?Infinity)\b/.test(text)) throw notFinite(options.name);
  return {
    got: text === "" ? "an empty answer" : `an answer that is no JSON or was cut short: "${excerpt(text, 80)}"`,
  };
}

/** Sends and receives; follows redirects on the same host. */
export async function exchangeOnce({ url, body, rows }: Exchange, options: ExchangeOptions): Promise<Received> {
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
export function parsed(text: string): unknown {
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
  if (code === "ENOTFOUND") throw cannotBeFound(name);
  if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) throw cannotBeChecked(name, code);
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
