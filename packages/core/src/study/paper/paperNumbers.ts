// What Demontis et al. 2019 print of their experiments.

/** A number of a study beside the one that the paper prints. */
export interface Comparison {
  /** What is compared, at whatever budget. */
  readonly metric: string;
  /** The same with its budget, in words. */
  readonly quantity: string;
  /** The model, or what was correlated. */
  readonly of: string;
  readonly ours: number;
  readonly printed: number;
  /** How far apart they may be; absent where the paper's number is known in its order of magnitude only. */
  readonly tolerance?: number;
  readonly within?: boolean;
}

interface PrintedModel {
  /** White-box error at the budgets of `curveBudgets` (Fig. 5). */
  readonly curve: readonly number[];
  /** Half of S of the cross-entropy on the scores (-f, f) (Fig. 6a). */
  readonly halfSize: number;
  /** Variance over repetitions of the mean loss (Fig. 6b). */
  readonly variability: number;
  /** Mean error of the twelve targets at epsilon 1 (Fig. 6b). */
  readonly transferRate: number;
  /** Networks, whose training the paper does not describe, are compared less strictly. */
  readonly isNetwork?: true;
}

/** Budgets of the printed curves, read off Fig. 5 to about 0.01. */
export const curveBudgets = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5];

/** MNIST 8 against 9, evasion: Figs. 5 and 6. */
export const mnist89Evasion: Readonly<Record<string, PrintedModel>> = {
  "svm-linear_H": {
    curve: [0.16, 0.55, 0.847, 0.952, 0.987, 0.995, 1, 1, 1, 1, 1, 1, 1],
    halfSize: 0.621,
    variability: 2.2e-3,
    transferRate: 0.12,
  },
  "svm-linear_L": {
    curve: [0.04, 0.065, 0.105, 0.194, 0.355, 0.536, 0.689, 0.795, 0.868, 0.919, 0.951, 0.968, 0.987],
    halfSize: 0.089,
    variability: 3.0e-5,
    transferRate: 0.23,
  },
  logistic_H: {
    curve: [0.1, 0.355, 0.693, 0.878, 0.951, 0.982, 0.993, 1, 1, 1, 1, 1, 1],
    halfSize: 0.684,
    variability: 3.8e-3,
    transferRate: 0.14,
  },
  logistic_L: {
    curve: [0.06, 0.138, 0.34, 0.604, 0.797, 0.903, 0.953, 0.976, 0.99, 1, 1, 1, 1],
    halfSize: 0.232,
    variability: 7.6e-4,
    transferRate: 0.18,
  },
  ridge_H: {
    curve: [0.145, 0.717, 0.976, 0.998, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    halfSize: 0.493,
    variability: 1.6e-5,
    transferRate: 0.12,
  },
  ridge_L: {
    curve: [0.065, 0.167, 0.479, 0.841, 0.958, 0.99, 1, 1, 1, 1, 1, 1, 1],
    halfSize: 0.249,
    variability: 9.6e-6,
    transferRate: 0.16,
  },
  "svm-rbf_H": {
    curve: [0.017, 0.036, 0.077, 0.179, 0.373, 0.552, 0.704, 0.803, 0.875, 0.927, 0.959, 0.979, 0.992],
    halfSize: 0.069,
    variability: 1.2e-5,
    transferRate: 0.19,
  },
  "svm-rbf_L": {
    curve: [0.015, 0.033, 0.056, 0.1, 0.19, 0.348, 0.52, 0.674, 0.768, 0.845, 0.903, 0.936, 0.975],
    halfSize: 0.062,
    variability: 6.0e-6,
    transferRate: 0.22,
  },
  mlp_H: {
    isNetwork: true,
    curve: [0.028, 0.063, 0.163, 0.342, 0.55, 0.711, 0.822, 0.895, 0.94, 0.969, 0.983, 0.991, 0.998],
    halfSize: 0.089,
    variability: 3.8e-4,
    transferRate: 0.19,
  },
  mlp_L: {
    isNetwork: true,
    curve: [0.035, 0.06, 0.107, 0.201, 0.352, 0.508, 0.645, 0.75, 0.823, 0.878, 0.919, 0.95, 0.981],
    halfSize: 0.078,
    variability: 2.0e-4,
    transferRate: 0.21,
  },
};

/** P and K of R with rho at epsilon 5, and with the black/white ratio at epsilon 1 (Fig. 6c-d). */
export const printedCorrelations = [
  { quantity: "rho", budget: 5, pearson: 0.99, kendall: 0.93 },
  { quantity: "ratio", budget: 1, pearson: 0.91, kendall: 0.72 },
];

/** Names under which a study can ask for the comparison. */
export const printedExperiments = ["mnist89-evasion"] as const;

/** Names under which a sweep can ask for the comparison. */
export const printedSweeps = ["mnist89-regularization"] as const;

/** Fig. 3: weight decay, error under attack, mean size of the gradient and clean error where they can be read. */
export const weightDecays: readonly {
  readonly value: number;
  readonly attacked: number;
  readonly halfSize?: number;
  readonly clean?: number;
}[] = [
  { value: 0, attacked: 0.97, halfSize: 0.18, clean: 0.026 },
  { value: 0.0167, attacked: 0.94, halfSize: 0.105 },
  { value: 0.0278, attacked: 0.92, halfSize: 0.09 },
  { value: 0.0464, attacked: 0.88, halfSize: 0.065, clean: 0.03 },
  { value: 0.0774, attacked: 0.84 },
  { value: 0.129, attacked: 0.8 },
  { value: 0.215, attacked: 0.74, halfSize: 0.04, clean: 0.042 },
  { value: 0.36, attacked: 0.69, halfSize: 0.035 },
  { value: 0.6, attacked: 0.65, halfSize: 0.025, clean: 0.047 },
  { value: 1, attacked: 0.56, halfSize: 0.01, clean: 0.064 },
];
