// The six models of the benches' studies, as lines of a study file.

export const models = `
  - {learner: svm-linear, complexity: low}
  - {learner: logistic, complexity: low}
  - {learner: logistic, complexity: high}
  - {learner: ridge, complexity: low}
  - {learner: svm-rbf, complexity: low}
  - {learner: mlp, complexity: low}`;
