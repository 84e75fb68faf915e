// Bounds that no real data meet and hostile files do: beyond them a file is refused before it costs memory or time.

/** Bytes of the header of a .npy file: NumPy itself reads no longer one than 10,000 unless it is told to. */
export const MAX_HEADER = 2 ** 16;

/** Axes of an array. */
export const MAX_AXES = 64;

/** Columns of a file that names non-zeros alone and does not declare them: each costs memory, and an index is soon mistyped. */
export const MAX_COLUMNS = 2 ** 26;

/** Classes: beyond this, they are no classes. */
export const MAX_CLASSES = 2 ** 16;
