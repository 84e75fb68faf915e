// What the library's paths export, read from their indexes, and where each name is declared.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const sources = fileURLToPath(new URL("../src", import.meta.url));

/** A name that a path of the library exports. */
export interface Export {
  /** The path, such as "stats"; "" is the root. */
  readonly path: string;
  readonly name: string;
  /** The file that declares it, below the sources. */
  readonly file: string;
  readonly statement: ts.Statement;
}

/** The library's paths: the root, and each folder with an index. */
export const paths: readonly string[] = [
  "",
  ...readdirSync(sources, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(sources, entry.name)).includes("index.ts"))
    .map(({ name }) => name)
    .sort(),
];

const parsed = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const known = parsed.get(file);
  if (known) return known;
  const text = readFileSync(join(sources, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  parsed.set(file, source);
  return source;
}

/** A name that a file takes from another: where from, and what it is called there. */
interface Reexport {
  readonly name: string;
  readonly file: string;
  readonly declared: string;
}

function reexportsOf(file: string): Reexport[] {
  return parse(file)
    .statements.filter(ts.isExportDeclaration)
    .flatMap(({ moduleSpecifier, exportClause }) => {
      if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
      if (!exportClause || !ts.isNamedExports(exportClause)) throw new Error(`${file} exports without names`);
      return exportClause.elements.map(({ name, propertyName = name }) => {
        return { name: name.text, file: join(dirname(file), moduleSpecifier.text), declared: propertyName.text };
      });
    });
}

/** All that a path exports. */
export function exportsOf(path: string): Export[] {
  return reexportsOf(join(path, "index.ts")).map(({ name, file, declared }) => {
    return { path, name, ...declarationOf(file, declared) };
  });
}

function declarationOf(file: string, name: string): Pick<Export, "file" | "statement"> {
  const statement = parse(file).statements.find((each) => namesIn(each).includes(name));
  if (statement) return { file, statement };
  const further = reexportsOf(file).find((each) => each.name === name);
  if (!further) throw new Error(`${file} does not declare ${name}`);
  return declarationOf(further.file, further.declared);
}

function namesIn(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  }
  return ts.isDeclarationStatement(statement) && statement.name ? [statement.name.getText()] : [];
}

/** The sentences of a declaration's docstring, without its tags; "" where it has none. */
export function docstringOf(statement: ts.Statement): string {
  return docs(statement)
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "")
    .join("\n");
}

/** The code of its `@example` tags. */
export function examplesOf(statement: ts.Statement): string[] {
  return docs(statement)
    .flatMap(({ tags = [] }) => [...tags])
    .filter(({ tagName }) => tagName.text === "example")
    .map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "");
}

const docs = (statement: ts.Statement) => ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc);
