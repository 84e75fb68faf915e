// Any JSON interface, by a mapping file: where rows go in the request, and where the answers are in what comes back.

import { createHash } from "node:crypto";
import { InputError, unknownName } from "@carom/core";
import { undecoded } from "@carom/core/data";
import { parse } from "yaml";
import { readWritten } from "../../read.ts";
import { answersFrom, pairedScores, unexpected } from "../answer.ts";
import { fromEnvironment } from "../environment.ts";
import { isObject } from "../isObject.ts";
import { nested, type Protocol } from "./protocol.ts";
import { FIELD, fieldOf, isRowField, type RowFields, requireField } from "./rowFields.ts";

/** What a mapping file says. */
export interface Mapping {
  readonly url: string;
  /**
   * The request, with "$rows" where the list of rows goes, or "$row" or "$row.NAME" for one row, or its columns, in
   * each.
   */
  readonly request: unknown;
  /** The way to the answers: names, positions and * for each entry, with dots between. */
  readonly scores?: string;
  readonly labels?: string;
  readonly classes?: readonly string[];
  readonly probabilities?: boolean;
  /** SHA-256 of the file: part of what identifies the target. */
  readonly hash: string;
}

const keys = ["url", "request", "scores", "labels", "classes", "probabilities"] as const;

/** The mapping in a YAML or JSON file. @throws InputError */
export async function loadMapping(path: string): Promise<Mapping> {
  const bytes = await readWritten("mapping file", path);
  const file = documentOf(bytes, path);
  const unknown = Object.keys(file).find((key) => !(keys as readonly string[]).includes(key));
  if (unknown !== undefined) return unknownName(`key of mapping file ${path}:`, unknown, keys);
  const { url, request, scores, labels, classes, probabilities } = file;
  const wrong = (key: string, expected: string) =>
    new InputError(file[key] === undefined ? "missing" : "invalid", `"${key}" of mapping file ${path}`, {
      expected,
      got: file[key] === undefined ? "nothing" : "something else",
      remedy: "see the README for an example",
    });
  if (typeof url !== "string") throw wrong("url", "the address that requests go to");
  if (!contains(request, isRows) && !contains(request, isRow)) {
    throw wrong(
      "request",
      'a document with "$rows" where the rows go, or for one at a time "$row", or "$row.NAME" for each of its columns',
    );
  }
  const way = scores ?? labels;
  if (typeof way !== "string" || (scores !== undefined && labels !== undefined)) {
    throw wrong("scores", "the way to the scores, such as results.*.scores, or as labels that to the classes' names");
  }
  const areNames = Array.isArray(classes) && classes.length > 1 && !classes.some((each) => typeof each === "object");
  if (classes !== undefined && !areNames) {
    throw wrong("classes", "a list of two names or more, in the order of the scores");
  }
  if (probabilities !== undefined && typeof probabilities !== "boolean") throw wrong("probabilities", "true or false");
  return {
    url,
    request,
    ...(typeof scores === "string" && { scores }),
    ...(typeof labels === "string" && { labels }),
    ...(Array.isArray(classes) && { classes: classes.map(String) }),
    ...(typeof probabilities === "boolean" && { probabilities }),
    hash: createHash("sha256").update(bytes).digest("hex"),
  };
}

function documentOf(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  const fault = (got: string) => {
    const [expected, remedy] = ["names and values in YAML or JSON", "see the README for an example"];
    return new InputError("invalid", `mapping file ${path}`, { expected, got, remedy });
  };
  let document: unknown;
  try {
    document = parse(new TextDecoder().decode(bytes), { logLevel: "error" });
  } catch (error) {
    throw undecoded(error, fault);
  }
  if (isObject(document)) return document;
  throw fault("something else");
}

/** Whether a mapping names columns of rows. */
export function namesFields({ request }: Pick<Mapping, "request">): boolean {
  return contains(request, isRowField);
}

/** A model behind an interface that a mapping describes. */
export function mapped(
  { request, scores, labels, classes, probabilities }: Mapping,
  url: URL,
  name: string,
  fields?: RowFields,
): Protocol {
  const single = !contains(request, isRows);
  // Read once, so that a variable that is not set is told before any row is sent.
  const template = replaceStrings(request, (text) => {
    if (isRowField(text)) requireField(text.slice(FIELD.length), fields);
    return isRows(text) || isRow(text) ? text : fromEnvironment(text, "the mapping file");
  });
  return {
    name: "mapping",
    url,
    ...(classes && { classNames: classes }),
    ...(probabilities !== undefined && { probabilities }),
    ...(single && { mostRows: 1 }),
    form: labels === undefined ? "scores" : "labels",
    remedy: 'see whether "request" of the mapping file is what the service wants',
    body(rows) {
      const list = nested(rows);
      return replaceStrings(template, (text) => {
        if (isRowField(text)) return fieldOf(rows, text.slice(FIELD.length), fields!);
        return isRows(text) ? list : isRow(text) ? list[0] : text;
      });
    },
    answers(document, rows) {
      const way = (scores ?? labels ?? "").split(".").filter((step) => step !== "");
      const found = follow(document, way);
      if (found === undefined) throw unexpected(name, `something at "${scores ?? labels}"`, "nothing");
      const list = (scores !== undefined && labelled(document, way, single)) || (single ? [found] : found);
      return answersFrom(list, rows, name);
    },
  };
}

/** Scores with the labels that stand beside them, where the way ends at the scores in a list of such pairs. */
function labelled(document: unknown, way: readonly string[], single: boolean): readonly unknown[] | undefined {
  const score = way.at(-1);
  if (score === undefined || way.at(-2) !== "*") return undefined;
  const lists = follow(document, way.slice(0, -2));
  const all = single ? [lists] : lists;
  if (!Array.isArray(all)) return undefined;
  const paired = all.map((list) => (Array.isArray(list) ? pairedScores(list, score) : undefined));
  return paired.includes(undefined) ? undefined : paired;
}

function contains(value: unknown, is: (text: string) => boolean): boolean {
  if (Array.isArray(value)) return value.some((each) => contains(each, is));
  if (isObject(value)) return Object.values(value).some((each) => contains(each, is));
  return typeof value === "string" && is(value);
}

const isRows = (text: string) => text === "$rows";
const isRow = (text: string) => text === "$row" || isRowField(text);

/** A document with each of its strings replaced. */
function replaceStrings(value: unknown, replace: (text: string) => unknown): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((each) => replaceStrings(each, replace));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaceStrings(each, replace)]));
}

/** What is at the end of a way; * goes through every entry of a list. */
function follow(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  if (step === "*") {
    if (!Array.isArray(value)) return undefined;
    const all = value.map((each) => follow(each, rest));
    return all.includes(undefined) ? undefined : all;
  }
  const inner = Array.isArray(value) ? value[Number(step)] : isObject(value) ? value[step] : undefined;
  return inner === undefined ? undefined : follow(inner, rest);
}
