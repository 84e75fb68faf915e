// What public catalogues of attacks on machine learning call what an audit does, with the version that ids are of.

import type { AuditResult } from "../study/result.ts";

/** A catalogue in one version, and its entries that an audit can be about. */
interface Catalogue {
  readonly name: string;
  readonly version: string;
  readonly publisher: string;
  readonly entries: readonly { readonly id: string; readonly name: string; readonly when: Occasion }[];
}

/**
 * What of an audit an entry is about: all of it, points crafted on surrogates, on the target itself, or asking a
 * service.
 */
export type Occasion = "evasion" | "transfer" | "white-box" | "service";

/**
 * The catalogues. OWASP's ML07 "Transfer Learning Attack" is not among the entries: it is about pre-trained models that
 * carry a fault with them, not about adversarial points that transfer.
 */
export const catalogues: readonly Catalogue[] = [
  {
    name: "MITRE ATLAS",
    version: "5.6",
    publisher: "MITRE",
    entries: [
      { id: "AML.T0005", name: "Create Proxy AI Model", when: "transfer" },
      { id: "AML.T0043.002", name: "Craft Adversarial Data: Black-Box Transfer", when: "transfer" },
      { id: "AML.T0043.000", name: "Craft Adversarial Data: White-Box Optimization", when: "white-box" },
      { id: "AML.T0015", name: "Evade AI Model", when: "evasion" },
      { id: "AML.T0040", name: "AI Model Inference API Access", when: "service" },
    ],
  },
  {
    name: "NIST AI 100-2",
    version: "E2025",
    publisher: "NIST",
    entries: [
      { id: "NISTAML.022", name: "Evasion", when: "evasion" },
      { id: "NISTAML.025", name: "Black-box evasion", when: "transfer" },
    ],
  },
  {
    name: "OWASP Machine Learning Security Top Ten",
    version: "2023",
    publisher: "OWASP",
    entries: [{ id: "ML01", name: "Input Manipulation Attack", when: "evasion" }],
  },
];

/** What an audit was about. */
export function occasionsOf({ asked, standings }: Pick<AuditResult, "asked" | "standings">): readonly Occasion[] {
  return [
    "evasion",
    ...(standings.ranking.length > 0 ? (["transfer"] as const) : []),
    ...(standings.white ? (["white-box"] as const) : []),
    ...(asked.service ? (["service"] as const) : []),
  ];
}

/** The catalogues with the entries that occasions are about; none without one. */
export function entriesFor(occasions: readonly Occasion[]): readonly Catalogue[] {
  return catalogues
    .map((catalogue) => ({ ...catalogue, entries: catalogue.entries.filter(({ when }) => occasions.includes(when)) }))
    .filter(({ entries }) => entries.length > 0);
}
