// What is told of a target that cannot be used, one sentence for each fault.

import { InputError } from "@carom/core";
import { beyond } from "@carom/core/data";
import { hostLimits } from "../sizes.ts";
import { duration, type Failure, LONGEST_WAIT_S } from "./retry.ts";

/** A status that another attempt would not change; `words` are the server's own. */
export function refused(
  name: string,
  { rows, remedy: own }: { readonly rows: number; readonly remedy?: string | undefined },
  status: number,
  words: string,
): InputError {
  const others = own ?? "name another protocol with --protocol, or describe requests in a mapping file";
  const [expected, remedy] = remedies[status] ?? [
    "an answer to a request of this protocol",
    rows > 1 ? `${others}; where it takes one row at a time, say --batch 1` : others,
  ];
  const asked = rows > 0 ? `${rows} row${rows === 1 ? "" : "s"}` : "a question about the model";
  const got = `status ${status} to ${asked}${words}`;
  return new InputError("invalid", `target ${name}`, { expected, got, remedy });
}

const remedies: Readonly<Record<number, readonly [expected: string, remedy: string]>> = {
  401: ["a request that is let in", "give a credential with --auth-env NAME or --header"],
  403: ["a request that is let in", "give another credential with --auth-env NAME or --header"],
  404: ["a model under that address", "check the address and --protocol"],
  413: ["rows that fit into a request", "send fewer at a time with --batch"],
};

export function keptFailing(name: string, { got }: Failure, attempts: number): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: `an answer within ${attempts} attempt${attempts === 1 ? "" : "s"}`,
    got: `${got} at the last`,
    remedy: "start the same command again when the target is well: what it answered so far is kept",
  });
}

export function tooLongToWait(name: string, { retryAfter }: Failure): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: `a pause of at most ${LONGEST_WAIT_S} s between requests`,
    got: `a wish for one of ${duration(retryAfter ?? 0)}`,
    remedy: "start the same command again after that: what it answered so far is kept",
  });
}

export function redirected(name: string, to: URL | undefined): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: "answers from that host",
    got: to ? `a redirection to ${to.origin}` : "a redirection to nowhere",
    remedy: "if that is the target, give its address: rows and credentials are not sent where nobody named",
  });
}

export function tooLong(name: string): InputError {
  const remedy = "check that the address is a model's, or send fewer rows at a time with --batch";
  return beyond(hostLimits.answered, `target ${name}`, "one that goes on", remedy);
}

/** What is said of scores that are no numbers. */
export function notFinite(name: string): InputError {
  return new InputError("invalid", `scores of target ${name}`, {
    expected: "finite numbers",
    got: "NaN or infinity",
    remedy: "see what the model makes of these rows; a network that diverged gives no other answer",
  });
}

export function cannotBeFound(name: string): InputError {
  return new InputError("missing", `target ${name}`, {
    expected: "a host that can be found",
    got: "a name that no host has",
    remedy: "check the address",
  });
}

export function cannotBeChecked(name: string, code: string): InputError {
  return new InputError("invalid", `target ${name}`, {
    expected: "a certificate that can be checked",
    got: code,
    remedy: "name the authority that signed it with the environment variable NODE_EXTRA_CA_CERTS",
  });
}
