// A target behind an address, as a scorer: rows go out in batches, each at most once, and answers come from the ledger.

import { join } from "node:path";
import { gatherRows, reshape, sliceRows, type Tensor, tensor, toFloat } from "@carom/core";
import { mostOf } from "@carom/core/data";
import type { Service } from "@carom/core/models";
import { hashJson, type Json } from "@carom/core/study";
import { hostLimits } from "../sizes.ts";
import { LEDGERS, storeFolder } from "../store.ts";
import { parseAddress } from "./address.ts";
import type { Answer } from "./answer.ts";
import { type HeaderOptions, headersOf } from "./headers.ts";
import { type Ledger, openLedger, rowKey } from "./ledger.ts";
import { introduce } from "./protocols/index.ts";
import { loadMapping, mapped, namesFields } from "./protocols/mapped.ts";
import type { Protocol } from "./protocols/protocol.ts";
import type { RowFields } from "./protocols/rowFields.ts";
import { type Reading, readingOf } from "./reading.ts";
import { scoresOf } from "./scores.ts";
import { startTransport, type Transport } from "./transport.ts";

export interface TargetOptions extends HeaderOptions {
  /** Name of a protocol; found out where absent. */
  readonly protocol?: string | undefined;
  readonly output?: string | undefined;
  /** What the user calls the deployed version: answers of another one are not used. */
  readonly version?: string | undefined;
  /** Names of the classes in the order of the scores. */
  readonly classes?: readonly string[] | undefined;
  readonly inputShape?: readonly number[] | undefined;
  /** Rows in a request, and requests at a time. */
  readonly batch: number;
  readonly concurrency: number;
  readonly retries: number;
  readonly timeoutSeconds: number;
  readonly maxQueries: number;
  /** What the columns of a row are called, for mappings that name them. */
  readonly fields?: RowFields;
  /** Called with a sentence where there is a wait that people would wonder about. */
  tell?(sentence: string): void;
}

/** A target that has been found, and not been asked yet. */
export interface Connection {
  /** What it is called in messages and reports. */
  readonly name: string;
  readonly protocol: Protocol;
  readonly inputShape: readonly number[] | undefined;
  /** What identifies it, without any credential: part of every key and the name of its ledger. */
  readonly identity: { readonly [name: string]: Json | undefined };
  readonly options: TargetOptions;
  readonly transport: Transport;
  /** Where rows are counted once an audit is known. */
  ledger: Ledger | undefined;
}

/** Rows by which it is found out how the target answers. */
export const FIRST_ROWS = 8;

/** Whether a target is a mapping file. */
export function isMapping(target: string): boolean {
  return /\.ya?ml$/i.test(target);
}

/** Finds out what is behind an address or a mapping file; `where` says in words who named it. Sends no rows. */
export async function connect(target: string, options: TargetOptions, where = "option --target"): Promise<Connection> {
  const headers = headersOf(options);
  const mapping = isMapping(target) ? await loadMapping(target) : undefined;
  const { url, shown } = parseAddress(mapping?.url ?? target, mapping ? `"url" of mapping file ${target}` : where);
  let connection: Connection | undefined;
  const transport = startTransport({
    headers,
    concurrency: options.concurrency,
    retries: options.retries,
    timeoutMs: 1000 * options.timeoutSeconds,
    name: shown,
    ...(options.tell && { tell: options.tell }),
    reserve(rows) {
      if (!connection?.ledger) throw new Error("internal: rows were sent before there was a ledger to count them");
      connection.ledger.reserve(rows);
    },
  });
  const protocol = mapping
    ? mapped(mapping, url, shown, options.fields)
    : await introduce({ url, transport, name: shown, output: options.output }, options.protocol);
  const inputShape = options.inputShape ?? protocol.inputShape;
  const identity = {
    address: shown,
    protocol: protocol.name,
    model: protocol.model,
    version: options.version,
    output: options.output,
    mapping: mapping?.hash,
    // What a row means then depends on what its columns are called.
    ...(mapping && namesFields(mapping) && { fields: hashJson(fieldsAsJson(options.fields)) }),
    inputShape,
  };
  connection = { name: shown, protocol, inputShape, identity, options, transport, ledger: undefined };
  return connection;
}

function fieldsAsJson(fields: RowFields | undefined): Json {
  return fields ? { names: fields.names, groups: fields.groups ?? [] } : null;
}

/** Opens the ledger of the target, in the store, for an audit that is known by a hash. */
export function openLedgerFor(connection: Connection, audit: string): Ledger {
  const { identity, name, options } = connection;
  const path = join(storeFolder(), LEDGERS, `${hashJson(identity).slice(0, 32)}.jsonl`);
  connection.ledger = openLedger({ path, target: identity, audit, maxQueries: options.maxQueries, name });
  return connection.ledger;
}

/** A target whose way of answering is known. */
export interface RemoteTarget extends Service {
  readonly classNames: readonly string[] | undefined;
  /** How its answers are read. */
  readonly reading: Reading;
}

/** Asks about the first rows and reads off them what the target answers with. */
export async function openTarget(
  connection: Connection,
  first: Tensor,
  ofData: readonly string[],
): Promise<RemoteTarget> {
  const { name, protocol, options } = connection;
  const inputShape = first.shape.slice(1);
  const { form, probabilities } = protocol;
  const classNames = options.classes ?? protocol.classNames;
  const read = (answers: readonly Answer[]) => {
    const reading = readingOf(answers, { form, classNames, probabilities, ofData }, name);
    scoreTensor(answers, reading, name);
    return reading;
  };
  const reading = read(await asker(connection, read)(first));
  const ask = asker(connection, (answers) => scoreTensor(answers, reading, name));
  return {
    inputShape,
    classes: reading.classes,
    classNames: reading.classNames,
    probabilities: reading.probabilities,
    answers: reading.kind === "labels" ? "labels" : "scores",
    reading,
    async scores(x) {
      return scoreTensor(await ask(reshape(x, [x.shape[0], ...inputShape])), reading, name);
    },
    close: async () => connection.ledger?.close(),
  };
}

function scoreTensor(answers: readonly Answer[], reading: Reading, name: string): Tensor<"float64"> {
  const scores = new Float64Array(answers.length * reading.classes);
  for (const [i, answer] of answers.entries()) scores.set(scoresOf(answer, reading, name), i * reading.classes);
  return tensor("float64", [answers.length, reading.classes], scores);
}

/**
 * A function that gives the answer of each row, asking about those rows, each once, that the ledger does not know; what
 * `check` rejects is not kept.
 */
function asker(
  { protocol, options, transport, ledger }: Connection,
  check: (answers: readonly Answer[]) => void,
): (x: Tensor) => Promise<Answer[]> {
  if (!ledger) throw new Error("internal: a target was opened before its ledger");
  const underWay = new Map<string, Promise<void>>();
  const send = async (rows: Tensor, keys: readonly string[]): Promise<void> => {
    const count = keys.length;
    const exchange = { url: protocol.url, body: () => protocol.body(rows), rows: count, remedy: protocol.remedy };
    await transport.send(exchange, (document) => {
      const answers = protocol.answers(document, count);
      // What makes no sense is not kept: it would stand in the way of the next run.
      check(answers);
      for (const [i, answer] of answers.entries()) ledger.record(keys[i], answer);
    });
  };
  return async (x) => {
    const sent = protocol.inputType === undefined ? x : toFloat(x, protocol.inputType);
    const n = sent.shape[0];
    const width = sent.data.length / Math.max(1, n);
    const keys = Array.from({ length: n }, (_, i) => rowKey(sliceRows(sent, i, i + 1).data as Float64Array));
    const fresh: number[] = [];
    const chosen = new Set<string>();
    for (const [i, key] of keys.entries()) {
      if (ledger.answerOf(key) !== undefined || underWay.has(key) || chosen.has(key)) continue;
      chosen.add(key);
      fresh.push(i);
    }
    const most = Math.max(
      1,
      Math.min(options.batch, protocol.mostRows ?? options.batch, Math.floor(mostOf(hostLimits.asked) / width)),
    );
    for (let from = 0; from < fresh.length; from += most) {
      const part = fresh.slice(from, from + most);
      const names = part.map((i) => keys[i]);
      const rows = gatherRows(sent, part);
      const work = send(rows, names).finally(() => {
        for (const each of names) underWay.delete(each);
      });
      for (const each of names) underWay.set(each, work);
    }
    const works = new Set(keys.flatMap((key) => underWay.get(key) ?? []));
    // Where one fails, what the others have sent is still waited for: its answers are paid for, and kept.
    await Promise.allSettled(works);
    await Promise.all(works);
    return keys.map((key) => ledger.answerOf(key)!);
  };
}
