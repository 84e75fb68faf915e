// Files that people write, YAML or JSON, checked against a schema; what is wrong is told with its file, line and
// column.

import { basename } from "node:path";
import { editDistance, InputError } from "@carom/core";
import { expectedBy, undecoded } from "@carom/core/data";
import type { Place } from "@carom/core/features";
import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";
import { readWritten } from "./read.ts";

/** What a schema makes of a document. */
interface Schema<T> {
  safeParse(
    given: unknown,
  ):
    | { readonly success: true; readonly data: T }
    | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } };
}

interface Issue {
  readonly code?: string;
  /** Of a value that may be one of several things: what is wrong with it as each of them. */
  readonly errors?: readonly (readonly Issue[])[];
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

/** A document that somebody wrote. */
interface WrittenDocument {
  readonly given: Readonly<Record<string, unknown>>;
  /** Where something stands: file, line and column. */
  readonly place: Place;
  /** What the document says, as a schema has it. @throws InputError for what the schema refuses, with its place */
  checked<T>(schema: Schema<T>, jsonSchema: unknown, remedy: string): T;
}

/** Reads a document. @throws InputError for what is neither YAML nor JSON, with its place */
export async function readDocument(what: string, path: string): Promise<WrittenDocument> {
  const text = new TextDecoder().decode(await readWritten(what, path));
  const lines = new LineCounter();
  const document = orTold(what, path, () => parseDocument(text, { lineCounter: lines, logLevel: "error" }));
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${basename(path)}, line ${line}, column ${col}`;
  };
  const [fault] = document.errors;
  if (fault) {
    throw notFollowed(fault, `${what} at ${at(fault.pos[0])}`, "correct that line");
  }
  const key = orTold(what, path, () => keyOfMany(document));
  if (key) {
    throw new InputError("invalid", `${what} at ${at(key.range?.[0] ?? 0)}`, {
      expected: "keys that are words or numbers",
      got: "a list or a map as a key",
      remedy: "put names with { or [ in them between quotes",
    });
  }
  // Aliases of nothing, and those that would fill the memory, are found out here.
  const given: Record<string, unknown> = orTold(what, path, () => document.toJS()) ?? {};
  const place: Place = (way, offset) =>
    at(offset === undefined ? offsetOf(document, way.map(String)) : textOf(document, way) + offset);
  return {
    given,
    place,
    checked(schema, jsonSchema, remedy) {
      const parsed = schema.safeParse(given);
      if (parsed.success) return parsed.data;
      // A key that is misspelt leaves the right one missing, so it comes first.
      const issue = nearestIssue(parsed.error.issues);
      const way = issue.path.map(String);
      if (issue.code === "unrecognized_keys" && isOfSchema(issue)) {
        const [key] = issue.keys!;
        const known = knownKeys(jsonSchema as SchemaNode, way);
        const nearest = [...known].sort((a, b) => editDistance(key, a) - editDistance(key, b));
        throw new InputError("unknown", `key "${[...way, key].join(".")}" at ${place([...way, key])}`, {
          expected: `one of ${nearest.join(", ")}`,
          got: `"${key}"`,
          remedy: `did you mean "${nearest[0]}"?`,
        });
      }
      const value = document.getIn(issue.path as (string | number)[]);
      throw new InputError(value === undefined ? "missing" : "invalid", `"${way.join(".")}" at ${place(way)}`, {
        expected: expectedBy(issue),
        got: value === undefined ? "nothing" : JSON.stringify(value),
        remedy,
      });
    },
  };
}

/** The first key of a map that is a list or a map itself, written there or elsewhere; JSON has no such. */
function keyOfMany(document: Document): Node | undefined {
  let found: Node | undefined;
  visit(document, {
    Pair(_, { key }) {
      const said = isAlias(key) ? key.resolve(document) : key;
      if (!isNode(key) || said === undefined || isScalar(said)) return undefined;
      found = key;
      return visit.BREAK;
    },
  });
  return found;
}

/** Whether the schema says nothing of its own, so that the message is made here. */
const isOfSchema = ({ message }: Issue) => /^(Invalid input$|Unrecognized key)/.test(message);

/**
 * What to tell of all that is wrong; of a value that is none of several things, what is wrong with it as the nearest
 * one.
 */
function nearestIssue(issues: readonly Issue[]): Issue {
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue.code !== "invalid_union" || !issue.errors?.length || !isOfSchema(issue)) return issue;
  const strange = (as: readonly Issue[]) => as.reduce((sum, { keys }) => sum + (keys?.length ?? 0), as.length);
  const nearest = nearestIssue(issue.errors.toSorted((a, b) => strange(a) - strange(b))[0]);
  return { ...nearest, path: [...issue.path, ...nearest.path] };
}

/** Where the text of a scalar begins, its opening quote left out. */
function textOf(document: Document, way: readonly (string | number)[]): number {
  const node = document.getIn(way, true);
  if (!isScalar(node) || !node.range) return offsetOf(document, way.map(String));
  return node.range[0] + (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? 1 : 0);
}

/** What a parser makes of a file. @throws InputError for what it cannot follow, such as ten thousand levels */
function orTold<T>(what: string, path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const remedy = "write out what aliases (*name) stand for, and nest lists and maps less deep";
    throw notFollowed(error, `${what} ${path}`, remedy);
  }
}

/** The error for what a parser cannot follow, the place left out that it names. */
function notFollowed(error: unknown, what: string, remedy: string): InputError {
  return undecoded(error, (said) => {
    const got = said.replace(/ at line \d+, column \d+(?=\)$)/, "");
    return new InputError("invalid", what, { expected: "YAML or JSON", got, remedy });
  });
}

/** Where a place in the document begins; of a missing one, where what should hold it begins. */
function offsetOf(document: Document, place: readonly string[]): number {
  for (let depth = place.length; depth >= 0; depth--) {
    const parent = depth === 0 ? document.contents : document.getIn(place.slice(0, depth - 1), true);
    if (depth > 0 && isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === place[depth - 1]);
      if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
    }
    const node = document.getIn(place.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

interface SchemaNode {
  readonly anyOf?: readonly SchemaNode[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
}

/** The keys that the schema knows at a place. */
function knownKeys(root: SchemaNode, place: readonly string[]): readonly string[] {
  let node: SchemaNode | undefined = root;
  for (const step of place) {
    const extra: SchemaNode | undefined =
      typeof node?.additionalProperties === "object" ? node.additionalProperties : undefined;
    node = node?.properties?.[step] ?? node?.items ?? extra;
  }
  const alternatives = node?.anyOf ?? (node ? [node] : []);
  return [...new Set(alternatives.flatMap(({ properties = {} }) => Object.keys(properties)))];
}
