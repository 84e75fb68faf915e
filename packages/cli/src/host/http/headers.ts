// Headers that the user adds to every request, credentials among them. Their values are kept nowhere.

import { InputError } from "@carom/core";
import { keepSecret } from "../../terminal/secrets.ts";
import { fromEnvironment, secretVariable } from "./environment.ts";

export interface HeaderOptions {
  /** Each "Name: value"; `$NAME` in a value stands for a variable of the environment. */
  readonly header?: readonly string[] | undefined;
  /** The variable that holds a token, or a whole Authorization header. */
  readonly authEnv?: string | undefined;
}

const headerName = /^[!#$%&'*+.^`|~\w-]+$/;
/** What a header may hold; anything else, a line feed above all, would be refused with the value in the message. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers of the options, by name. @throws InputError, whose message never holds a value. */
export function headersOf({ header = [], authEnv }: HeaderOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of header) {
    // Secret before anything can go wrong: a shell may have put the credential in already.
    const colon = text.indexOf(":");
    const [name, given] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
    keepSecret(colon < 0 ? text : given);
    if (colon < 1 || !headerName.test(name)) throw malformed("a name, a colon and a value, such as 'X-Api-Key: $KEY'");
    headers[name] = checked(fromEnvironment(given, "--header"));
  }
  if (authEnv !== undefined) {
    const token = checked(secretVariable(authEnv, "--auth-env"));
    headers.Authorization = /\s/.test(token) ? token : `Bearer ${token}`;
  }
  return headers;
}

function checked(value: string): string {
  if (headerValue.test(value)) return value;
  throw malformed("a value of one line of Latin letters");
}

function malformed(expected: string): InputError {
  return new InputError("invalid", "option --header or --auth-env", {
    expected,
    got: "something else, not shown here for what it may hold",
    remedy: "quote it with single quotes, so that the shell leaves $NAME alone",
  });
}
