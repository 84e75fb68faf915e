// Credentials from variables of the environment, which are kept secret from then on.

import { InputError } from "@carom/core";
import { keepSecret } from "../../terminal/secrets.ts";

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
