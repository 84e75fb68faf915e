// Sizes of files and memory as people read them.

const units = [
  ["TB", 1e12],
  ["GB", 1e9],
  ["MB", 1e6],
] as const;

/** A number of bytes in words, to three digits, such as "28.8 GB" or "0.25 MB". */
export function bytesInWords(bytes: number): string {
  const [unit, factor] = units.find(([, factor]) => bytes >= factor) ?? units[2];
  return `${Number((bytes / factor).toPrecision(3))} ${unit}`;
}
