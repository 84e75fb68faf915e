// The address of a target: what is sent there, and what of it may be written down.

import { InputError } from "@carom/core";
import { keepSecret } from "../../terminal/secrets.ts";
import { fromEnvironment, refersToEnvironment } from "./environment.ts";

/** Whether a target is an address and not a file. */
export function isAddress(target: string): boolean {
  return /^https?:\/\//i.test(target);
}

interface Address {
  /** Where requests go, credentials in the query included. */
  readonly url: URL;
  /** What may be shown and stored: variables of the environment, which only the query may have, by their names. */
  readonly shown: string;
}

const suspicious = /key|token|secret|sig|pass|pwd|auth|cred|code/i;

/**
 * The address in a text.
 *
 * @throws InputError for what is no address, and for one that holds a credential: addresses are written into reports
 */
export function parseAddress(text: string, what: string): Address {
  const address = urlOf(text);
  if (!address) {
    throw invalid(what, "an address such as https://host:8080/v2/models/NAME", "something else", "check it");
  }
  const { username, password, searchParams } = address;
  if (username !== "" || password !== "") {
    for (const each of [username, password]) keepSecret(decoded(each));
    throw invalid(
      what,
      "an address without user and password, because reports name it",
      "one with them",
      `give them as --header 'Authorization: Basic $VARIABLE'`,
    );
  }
  for (const [name, value] of searchParams) {
    if (!suspicious.test(name) || refersToEnvironment(value)) continue;
    keepSecret(value);
    throw invalid(
      what,
      `no credential, because reports name the address`,
      `a value of "${name}"`,
      `put it in a variable of the environment and write '${name}=$VARIABLE'`,
    );
  }
  for (const [name, value] of [...searchParams]) searchParams.set(name, fromEnvironment(value, what));
  address.hash = "";
  return { url: address, shown: text.replace(/#.*$/, "").replace(/\/+$/, "") };
}

/** What percent signs stand for; the text itself where they stand for nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function urlOf(text: string): URL | undefined {
  try {
    return isAddress(text) ? new URL(text) : undefined;
  } catch {
    return undefined;
  }
}

function invalid(what: string, expected: string, got: string, remedy: string): InputError {
  return new InputError("invalid", what, { expected, got, remedy });
}
