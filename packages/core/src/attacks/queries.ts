// What an attack asks of a model: rows of scores, and rows of gradients.

/** Rows of scores and of gradients that are asked for. */
export interface Queries {
  readonly scores: number;
  readonly gradients: number;
}
