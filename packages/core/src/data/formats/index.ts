// Every format of data files. The first that a name means is the one that reads it.

import type { DataFormat } from "./format.ts";
import { idxFormat } from "./idxFormat.ts";
import { npyPairFormat } from "./npyPairFormat.ts";
import { npzFormat } from "./npzFormat.ts";
import { pickleFormat } from "./pickleFormat.ts";
import { svmlightFormat } from "./svmlightFormat.ts";
import { tableFormat } from "./tableFormat.ts";

/** Every format of data files, in the order in which they are tried. */
export const dataFormats: readonly DataFormat[] = [
  npzFormat,
  npyPairFormat,
  svmlightFormat,
  tableFormat,
  idxFormat,
  pickleFormat,
];

/** The format that a text such as "a.csv" or "images,labels" means, and its files; undefined where it means none. */
export function formatOf(text: string): { readonly format: DataFormat; readonly paths: readonly string[] } | undefined {
  for (const format of dataFormats) {
    const paths = format.pathsIn(text);
    if (paths) return { format, paths };
  }
  return undefined;
}
