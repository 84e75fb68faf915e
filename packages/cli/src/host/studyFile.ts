// Study files: YAML or JSON, checked against the schema; what is wrong is told with its file and line.

import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { editDistance, InputError, unknownName } from "@carom/core";
import { type AnyStudy, studyJsonSchema, studySchemas } from "@carom/core/kinds";
import type { Study } from "@carom/core/study";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { dataFolder } from "./catalog.ts";
import { readWritten } from "./read.ts";

/** The kind of study of that name; a file that names none asks of evasion. @throws InputError for one that does not exist. */
export function kindNamed(kind = "evasion"): keyof typeof studySchemas {
  return Object.hasOwn(studySchemas, kind)
    ? (kind as keyof typeof studySchemas)
    : unknownName("kind of study", kind, Object.keys(studySchemas));
}

/** The study in a file, with paths of data made relative to it. */
export async function loadStudy(path: string): Promise<AnyStudy> {
  const text = new TextDecoder().decode(await readWritten("study file", path));
  const lines = new LineCounter();
  const document = orTold(path, () => parseDocument(text, { lineCounter: lines }));
  const at = (offset: number) => `${basename(path)}, line ${lines.linePos(offset).line}`;
  const [fault] = document.errors;
  if (fault) {
    throw new InputError("invalid", `study file at ${at(fault.pos[0])}`, {
      expected: "YAML or JSON",
      got: inWords(fault),
      remedy: "correct that line",
    });
  }
  // Aliases of nothing, and those that would fill the memory, are found out here.
  const given: Record<string, unknown> = orTold(path, () => document.toJS()) ?? {};
  const kind = kindNamed(typeof given.kind === "string" ? given.kind : undefined);
  const parsed = studySchemas[kind].safeParse(given);
  if (parsed.success) return withPaths(parsed.data, dirname(resolve(path)));
  // A key that is misspelt leaves the right one missing, so it comes first.
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  const place = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys;
    const known = knownKeys(studyJsonSchema(kind) as SchemaNode, place);
    const nearest = [...known].sort((a, b) => editDistance(key, a) - editDistance(key, b));
    throw new InputError(
      "unknown",
      `key "${[...place, key].join(".")}" at ${at(offsetOf(document, [...place, key]))}`,
      {
        expected: `one of ${nearest.join(", ")}`,
        got: `"${key}"`,
        remedy: `did you mean "${nearest[0]}"?`,
      },
    );
  }
  const value = document.getIn(issue.path as (string | number)[]);
  throw new InputError(
    value === undefined ? "missing" : "invalid",
    `"${place.join(".")}" at ${at(offsetOf(document, place))}`,
    {
      expected: issue.message.replace(/^Invalid (input|option): expected /, ""),
      got: value === undefined ? "nothing" : JSON.stringify(value),
      remedy: "see carom study --schema",
    },
  );
}

/** What a parser makes of a study file. @throws InputError for what it cannot follow, such as ten thousand levels */
function orTold<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InputError("invalid", `study file ${path}`, {
      expected: "YAML or JSON",
      got: inWords(error as Error),
      remedy: "write out what aliases (*name) stand for, and nest lists and maps less deep",
    });
  }
}

/** The first line of a parser's fault, without the place. */
function inWords({ message }: Error): string {
  if (/call stack/.test(message)) return "lists or maps in one another without end";
  return message.split("\n")[0].replace(/ at line \d+, column \d+:?$/, "");
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
  return Object.keys(node?.properties ?? {});
}

function withPaths(study: AnyStudy, folder: string): AnyStudy {
  const beside = (spec: string) =>
    spec === "digits"
      ? spec
      : chosen(spec, folder)
          .split(",")
          .map((path) => resolve(folder, withDataFolder(path)))
          .join(",");
  if (study.kind === "table") return study;
  const { train, test, ...rest }: Study["data"] = study.data;
  return {
    ...study,
    data: { ...rest, train: beside(train), ...(test !== undefined && { test: beside(test) }) },
  } as AnyStudy;
}

/** Of alternatives with " | " between them, the first whose files are there, else the first. */
function chosen(spec: string, folder: string): string {
  const alternatives = spec.split(" | ");
  const isThere = (path: string) => existsSync(resolve(folder, inDataFolder(path)));
  return alternatives.find((paths) => paths.split(",").every(isThere)) ?? alternatives[0];
}

const inDataFolder = (path: string) => path.replace(/^\$CAROM_DATA(?=\/)/, () => dataFolder());

/** A path that begins with $CAROM_DATA, with the folder that the environment names, else that of downloads. */
function withDataFolder(path: string): string {
  if (!path.startsWith("$CAROM_DATA/")) return path;
  const found = inDataFolder(path);
  if (process.env.CAROM_DATA || existsSync(found)) return found;
  throw new InputError("missing", "environment variable CAROM_DATA", {
    expected: "the folder that holds the data of this study",
    got: "none",
    remedy: `set it so that ${path} can be found; carom data get fetches what is public`,
  });
}
