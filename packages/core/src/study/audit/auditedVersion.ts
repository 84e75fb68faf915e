// A version of a model as it was audited, and what two of them have in common.

import { InputError } from "../../errors.ts";
import { type ComparedAudit, requireSameReading, type TargetSamples } from "./increase.ts";

/** What an audit says of one version of a model. */
export interface AuditedVersion extends Required<ComparedAudit> {
  /** As it was named. */
  readonly name: string;
}

/** What two versions do with points of the same attacker and budget. */
export interface SamplePair {
  readonly first: TargetSamples;
  readonly second: TargetSamples;
}

/** What both audits have of the same attacker and budget, in the order of the first. */
export function pairsOf(first: AuditedVersion, second: AuditedVersion, epsilons: readonly number[]): SamplePair[] {
  const key = ({ surrogate, attacker, epsilon }: TargetSamples) =>
    JSON.stringify([surrogate, attacker ?? null, epsilon]);
  const others = new Map(second.samples.map((each) => [key(each), each]));
  return first.samples.flatMap((each): SamplePair[] => {
    const other = others.get(key(each));
    return other && epsilons.includes(each.epsilon) ? [{ first: each, second: other }] : [];
  });
}

/** A version of a model by its name and classes. */
export interface NamedClasses {
  readonly name: string;
  readonly classNames: readonly string[];
}

/** Requires the classes of two versions to be the same, in whatever order. @throws InputError where they are not */
export function requireSameClasses(...versions: readonly [NamedClasses, NamedClasses]): void {
  const sorted = versions.map(({ classNames }) => [...classNames].sort().join(", "));
  requireSame(versions, "models of the same classes", sorted, "compare two versions of one classifier");
}

/** Requires two audits to be of the same points and classes. @throws InputError where they are not */
export function requireSamePoints(...versions: readonly [AuditedVersion, AuditedVersion]): void {
  const asked = versions.map(({ result }) => result.asked);
  const [first, second] = versions.map(({ name, result: { asked } }) => ({ name, classNames: asked.classNames }));
  requireSameClasses(first, second);
  const hashes = asked.map(({ dataHash }) => dataHash.slice(0, 12));
  const seeds = versions.map(({ result }) => result.seed);
  const counts = asked.map(({ points }) => points);
  requireSame(versions, "the same data", hashes);
  requireSameReading(asked[0], asked[1]);
  requireSame(versions, "the same seed, which chooses the points", seeds);
  requireSame(versions, "as many points", counts);
  const labels = versions.map(({ samples, result }) =>
    Array.from(samples[0]?.labels ?? [], (label) => result.asked.classNames[label]),
  );
  const different = labels[0].findIndex((label, i) => label !== labels[1][i]);
  if (different < 0) return;
  const named = labels.map((own) => `${own[different]} at point ${different}`);
  requireSame(versions, "the same points", named);
}

function requireSame(
  versions: readonly { readonly name: string }[],
  expected: string,
  values: readonly (string | number)[],
  remedy = "audit both versions with the same --data, --train, --points and --seed",
): void {
  if (values[0] === values[1]) return;
  const got = values.map((value, i) => `${value} (${versions[i].name})`).join(" and ");
  throw new InputError("invalid", "audits to compare", { expected, got, remedy });
}
