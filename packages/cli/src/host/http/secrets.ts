// Credentials of this process: where they come from, and how nothing that is written can contain one.

import { InputError } from "@carom/core";

/** What is shorter is no credential, and striking it out would make messages unreadable. */
const SHORTEST = 6;
const STRUCK = "[credential]";

const secrets = new Set<string>();

/** Declares a value secret, as it stands and in the forms in which it may come back. */
export function keepSecret(value: string): void {
  const parts = [value, ...value.split(/[\s,;]+/)];
  // "Basic" credentials are "user:password" in base64.
  const decoded = parts.flatMap((part) => (/^[A-Za-z0-9+/]+=*$/.test(part) ? [decode(part)] : []));
  const all = [...parts, ...decoded, ...decoded.flatMap((text) => text.split(":"))];
  for (const text of all) {
    if (text.trim().length < SHORTEST || text.toLowerCase() === "bearer") continue;
    for (const form of [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), encode(text)]) {
      secrets.add(form);
    }
  }
}

const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");
const encode = (text: string) => Buffer.from(text).toString("base64");

/** A text with every credential struck out. */
export function redact(text: string): string {
  let result = text;
  // Longer ones first, so that no part of one is left over.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) result = result.replaceAll(secret, STRUCK);
  return result;
}

/** A JSON document with credentials struck out of its strings and names: a server may send back what it was sent. */
export function redactDocument(document: unknown): unknown {
  if (typeof document === "string") return redact(document);
  if (Array.isArray(document)) {
    return document.every((each) => typeof each === "number") ? document : document.map(redactDocument);
  }
  if (typeof document !== "object" || document === null) return document;
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [redact(name), redactDocument(value)]));
}

const variable = /\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g;

/** Whether a text refers to a variable of the environment. */
export function refersToEnvironment(text: string): boolean {
  return text.search(variable) >= 0;
}

/**
 * A text with each `$NAME` or `${NAME}` replaced by that variable of the environment, whose value is kept secret.
 *
 * @throws InputError for a variable that is not set
 */
export function fromEnvironment(text: string, where: string): string {
  return text.replaceAll(variable, (_, braced: string | undefined, plain: string | undefined) => {
    const name = braced ?? plain ?? "";
    return secretVariable(name, where);
  });
}

/** The value of a variable of the environment, kept secret. @throws InputError where it is not set. */
export function secretVariable(name: string, where: string): string {
  const value = process.env[name]?.trim();
  if (value === undefined || value === "") {
    throw new InputError("missing", `environment variable ${name}`, {
      expected: `the credential that ${where} names`,
      got: "none",
      remedy: `set it before you start carom: export ${name}=...`,
    });
  }
  keepSecret(value);
  return value;
}
