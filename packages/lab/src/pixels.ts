/** Rows and columns of an image of a digit. */
export const PIXELS = 28;
