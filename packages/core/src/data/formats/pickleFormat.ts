// A pickle of sparse data under whatever name, also compressed or the first of that kind in a tar archive.

import { dataLimits } from "../../limits.ts";
import type { DataFormat } from "./format.ts";
import { gunzip } from "./gzip.ts";
import { readPickledDataset } from "./pickledDataset.ts";
import { isTar, tarFiles } from "./tar.ts";

export const pickleFormat: DataFormat = {
  name: ".pickle",
  spelling: ".pickle (.pkl)",
  pathsIn: (text) => (/^[^,]*\.(pkl|pickle|gz|tgz|tar)$/i.test(text) ? [text] : undefined),
  options: [],
  async read([file]) {
    const { name } = file;
    const unpacked = await file.content();
    let found = isPickle(unpacked) ? unpacked : undefined;
    if (isTar(unpacked)) {
      for await (const { bytes } of tarFiles([unpacked], name)) {
        const content = gunzip(bytes, name, dataLimits.unpacked);
        if (!found && isPickle(content)) found = content;
      }
    }
    return found && { ...readPickledDataset(found, name), reading: {} };
  },
};

/** Pickles begin with their protocol. */
const isPickle = (bytes: Uint8Array) => bytes[0] === 0x80;
