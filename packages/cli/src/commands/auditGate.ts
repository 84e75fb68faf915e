// The gate of an audit: rules from the command line, decided when all is computed; a broken one fails a build.

import { InputError } from "@carom/core";
import { type AuditGate, type GateBound, gateBounds, parseGateRule } from "@carom/core/study";
import type { Command } from "commander";
import { readEarlierAudit } from "../host/earlierAudit.ts";
import { invalid } from "../ui/options.ts";

export interface GateOptions {
  readonly failIf?: readonly string[];
  readonly failWhen?: GateBound;
  readonly baseline?: string;
}

/** Adds the options of rules, described by what may be in them. */
export function withRuleOptions(command: Command, such: string): Command {
  return command
    .option(
      "--fail-if <rule>",
      `end with status 3 where this holds, ${such}; may be given again`,
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      "--fail-when <certainty>",
      "how much of the 95 % interval has to be beyond a limit: sure (all of it; the default), likely (the " +
        "estimate), possible (any of it)",
      parseBound,
    );
}

/** Adds the options of a gate. */
export const withGateOptions = (command: Command): Command =>
  withRuleOptions(command, "such as 'transfer > 0.20 at 1'; of transfer, white-box, clean, increase").option(
    "--baseline <run>",
    "an earlier audit, its folder or metrics.json, that increase is measured from",
  );

function parseBound(text: string): GateBound {
  const found = gateBounds.find((bound) => bound === text);
  if (found) return found;
  throw invalid("--fail-when", gateBounds.join(", "), text, "leave it out for sure");
}

/**
 * The gate that options ask for, if any, checked before any work is done.
 * @throws InputError for what it cannot be made of
 */
export async function gateOf(options: GateOptions, epsilons: readonly number[]): Promise<AuditGate | undefined> {
  const rules = (options.failIf ?? []).map((text) => parseGateRule(text, epsilons));
  const needsBaseline = rules.some(({ quantity }) => quantity === "increase");
  if (needsBaseline && options.baseline === undefined) {
    throw new InputError("missing", "option --baseline", {
      expected: "an earlier audit that increase is measured from",
      got: "none",
      remedy: "give the folder of its run",
    });
  }
  const unused =
    options.baseline !== undefined && !needsBaseline
      ? "--baseline"
      : options.failWhen && rules.length === 0
        ? "--fail-when"
        : undefined;
  if (unused) {
    throw new InputError("missing", "option --fail-if", {
      expected: `a rule beside ${unused}`,
      got: "none that uses it",
      remedy: `for instance --fail-if '${unused === "--baseline" ? "increase > 0.05" : "transfer > 0.20"}'`,
    });
  }
  if (rules.length === 0) return undefined;
  const baseline = options.baseline === undefined ? undefined : await readEarlierAudit("--baseline", options.baseline);
  return { rules, bound: options.failWhen ?? "sure", ...(baseline && { baseline }) };
}
