// What the attacker of an audit knows, for whoever reads its report.

/** A sentence for each of training data, features, learner and parameters; `training` says which rows there are. */
export function attackerKnows(
  training: string,
  {
    labels,
    service,
  }: {
    /** Whose labels surrogates learn: the true ones, or those that the target gave. */
    readonly labels: "true" | "target";
    /** What the target gives, where it can only be asked. */
    readonly service?: { readonly answers: "scores" | "labels" };
  },
): string[] {
  const answers = service?.answers === "labels" ? "the names of classes" : "scores";
  const asks =
    labels === "target"
      ? "the attacker asks the target to label the training data, and no more"
      : "the attacker never asks the target";
  const judging = service ? `; the audit asks it for ${answers} to judge, which the attacker does not see` : "";
  return [
    `training data: ${training}, with ` +
      `${labels === "target" ? "the labels that the target gave them when asked" : "true labels"}`,
    "features: the same representation as the target's",
    "learner: not known; surrogates of several kinds stand in for it",
    `parameters: not known; ${asks}${judging}${service ? "" : "; only the white-box reference uses them"}`,
  ];
}
