// Fig. 5 of Demontis et al. 2019: error of each classifier under the white-box attack on digits 8 and 9 (L2, box [0,
// 1]). Digitised from the printed figure, to about .01 and worse where curves overlap.

export const epsilons = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3];

/** Error at each of the epsilons, by learner and complexity. @type {Record<string, readonly number[]>} */
export const errors = {
  "svm-linear high": [0.16, 0.55, 0.847, 0.952, 0.987, 0.995, 1, 1, 1, 1, 1, 1],
  "svm-linear low": [0.04, 0.065, 0.105, 0.194, 0.355, 0.536, 0.689, 0.795, 0.868, 0.919, 0.951, 0.968],
  "logistic high": [0.1, 0.355, 0.693, 0.878, 0.951, 0.982, 0.993, 1, 1, 1, 1, 1],
  "logistic low": [0.06, 0.138, 0.34, 0.604, 0.797, 0.903, 0.953, 0.976, 0.99, 1, 1, 1],
  "ridge high": [0.145, 0.717, 0.976, 0.998, 1, 1, 1, 1, 1, 1, 1, 1],
  "ridge low": [0.065, 0.167, 0.479, 0.841, 0.958, 0.99, 1, 1, 1, 1, 1, 1],
  "svm-rbf high": [0.017, 0.036, 0.077, 0.179, 0.373, 0.552, 0.704, 0.803, 0.875, 0.927, 0.959, 0.979],
  "svm-rbf low": [0.015, 0.033, 0.056, 0.1, 0.19, 0.348, 0.52, 0.674, 0.768, 0.845, 0.903, 0.936],
  "mlp high": [0.028, 0.063, 0.163, 0.342, 0.55, 0.711, 0.822, 0.895, 0.94, 0.969, 0.983, 0.991],
  "mlp low": [0.035, 0.06, 0.107, 0.201, 0.352, 0.508, 0.645, 0.75, 0.823, 0.878, 0.919, 0.95],
};
