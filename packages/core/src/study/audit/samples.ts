// What each attacked point did, as plain arrays.

/** What each point did: one entry per surrogate, target and budget. */
export interface AuditSamples {
  readonly surrogate: string;
  /** Who crafted; absent where it is the strongest attack on one surrogate by itself. */
  readonly attacker?: string;
  readonly target: string;
  readonly epsilon: number;
  readonly labels: Int32Array;
  readonly cleanLabels: Int32Array;
  readonly attackedLabels: Int32Array;
  /** The class that points are to end in; any wrong one where absent. */
  readonly wanted?: number;
  /** Cross-entropy; undefined where the target names classes only. */
  readonly lossBefore: Float64Array | undefined;
  readonly lossAfter: Float64Array | undefined;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
}
