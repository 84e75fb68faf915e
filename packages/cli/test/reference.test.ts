// Writes the reference of verbs and of study files from the commands and the schemas, or holds it to be up to date.
//
// After a change of either: npx vitest run packages/cli/test/reference.test.ts -u

import { readFileSync } from "node:fs";
import { studyJsonSchema, studySchemas } from "@carom/core/kinds";
import { type Command, Help, type Option } from "commander";
import { expect, it } from "vitest";
import { createProgram } from "../src/program.ts";
import { verbs as named } from "../src/verbs.ts";
import { markdownTable } from "./markdownTable.ts";

const docs = (name: string) => new URL(`../../../docs/${name}`, import.meta.url).pathname;
const generated = (what: string) => `<!-- Written by packages/cli/test/reference.test.ts from the ${what}. -->\n`;

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function meaningOf({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices ? ` (${argChoices.join(", ")})` : "";
  return `${description}${choices}${defaultValue === undefined ? "" : `; ${defaultValue} where absent`}`;
}

/** The options of a verb, in the groups that its help has. */
function optionGroups(command: Command): [title: string, options: Option[]][] {
  const groups = new Map<string, Option[]>();
  for (const option of command.options) {
    const title = option.helpGroupHeading?.replace(/:$/, "") ?? "";
    groups.set(title, [...(groups.get(title) ?? []), option]);
  }
  return [...groups];
}

function verbSections(command: Command, name: string): string {
  if (command.commands.length > 0)
    return command.commands.map((each) => verbSections(each, `${name} ${each.name()}`)).join("\n");
  const given = command.registeredArguments.map((each) => [`\`${each.name()}\``, each.description]);
  const tables = optionGroups(command).map(([title, options]) => {
    const rows = options.map((option) => [`\`${option.flags}\``, meaningOf(option)]);
    return `${title ? `${title}:\n\n` : ""}${markdownTable([title ? "option" : "option or argument", "meaning"], ...(title ? [] : given), ...rows)}\n`;
  });
  return `## ${name}\n\n${sentence(command.description())}\n\n${tables.join("\n")}`;
}

const verbs = (await createProgram()).commands.filter((command) => command.name() !== "help");

function verbsPage(): string {
  return `${generated("commands")}
# Verbs

Every verb is also told of by \`carom VERB --help\`. Variables of the environment and exit statuses: \`carom --help\`.

${verbs.map((command) => verbSections(command, `carom ${command.name()}`)).join("\n")}`;
}

interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
}

/** What may stand in a field, in a word or two. */
function heldBy(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(", ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map(heldBy))].join(", or ");
  if (schema.items) return `list of ${heldBy(schema.items)}`;
  if (schema.prefixItems) return `list of ${schema.prefixItems.length}`;
  if (schema.type === "object") return "fields";
  return String(schema.type ?? "any");
}

/** A row for a field, and for the fields below it. */
function fieldRows(name: string, schema: Schema, needed: string): string[][] {
  const absent = schema.default === undefined ? needed : `\`${JSON.stringify(schema.default)}\``;
  const below = new Map<string, string[]>();
  const visit = (prefix: string, part: Schema, isOneForm = false) => {
    for (const [key, each] of Object.entries(part.properties ?? {})) {
      const needed = part.required?.includes(key) ? (isOneForm ? "required in this form" : "required") : "";
      const rows = fieldRows(`${prefix}.${key}`, each, needed);
      for (const row of rows) if (!below.has(row[0])) below.set(row[0], row);
    }
    if (part.items) visit(`${prefix}[]`, part.items);
    if (typeof part.additionalProperties === "object") visit(`${prefix}.NAME`, part.additionalProperties);
    for (const each of part.anyOf ?? []) visit(prefix, each, true);
  };
  visit(name, schema);
  return [[`\`${name}\``, heldBy(schema), absent, schema.description ?? ""], ...below.values()];
}

const kinds = Object.keys(studySchemas) as (keyof typeof studySchemas)[];

function studyFilesPage(): string {
  const sections = kinds.map((kind) => {
    const { properties = {}, required = [] } = studyJsonSchema(kind) as Schema;
    const rows = Object.entries(properties).flatMap(([name, each]) =>
      fieldRows(name, each, required.includes(name) ? "required" : ""),
    );
    return `## kind: ${kind}\n\n${markdownTable(["field", "holds", "where absent", "meaning"], ...rows)}\n`;
  });
  return `${generated("schemas")}
# Study files

\`carom study FILE\` reads YAML or JSON. \`[]\` stands for each entry of a list, \`NAME\` for a name of one's own. A field that is not here
is refused with the nearest that is. \`carom study --schema KIND\` prints the same as JSON Schema, for editors.

${sections.join("\n")}`;
}

it("docs/verbs.md lists every verb with its options", async () => {
  await expect(verbsPage()).toMatchFileSnapshot(docs("verbs.md"));
});

it("docs/study-files.md lists every field of every kind of study", async () => {
  await expect(studyFilesPage()).toMatchFileSnapshot(docs("study-files.md"));
});

it("every option and every field says what it means", () => {
  const rows = ["verbs.md", "study-files.md"].flatMap((page) => readFileSync(docs(page), "utf8").split("\n"));
  expect(rows.filter((row) => /^\| `/.test(row) && /\|\s*\|$/.test(row))).toEqual([]);
});

it("help lists each verb as its own declarations have it", () => {
  const help = new Help();
  expect(named.map(({ usage }) => usage)).toEqual(verbs.map((command) => help.subcommandTerm(command)));
});
