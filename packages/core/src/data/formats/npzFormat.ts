// Features and labels as arrays of a NumPy archive.

import { InputError } from "../../errors.ts";
import type { Tensor } from "../../tensor.ts";
import { sideBySide } from "../sideBySide.ts";
import { type DataFormat, endingIn } from "./format.ts";
import { labelList } from "./labelList.ts";
import { type NpzFile, openNpzFile } from "./npz.ts";
import { bytesSource } from "./zip.ts";

/**
 * The arrays x (or images) and y (or target, or the one named) of a .npz file; without an array x or images, all arrays
 * but that of the labels, side by side.
 */
export const npzFormat: DataFormat = {
  name: ".npz",
  spelling: ".npz",
  pathsIn: endingIn("npz"),
  options: ["label", "bytes"],
  async read([file], { label, bytes }) {
    const source = file.isGzip ? bytesSource(await file.content()) : file;
    const archive = await openNpzFile(source, file.unpacker, file.name);
    const candidates = label === undefined ? ["y", "target"] : [label];
    const y = pick(archive, file.name, candidates, "name the array of labels with --label");
    file.requireRoomFor(`array "${y}" of ${file.name}`, archive.bytesOf(y));
    const labels = labelList(await archive.readLabels(y), `array "${y}" of ${file.name}`);
    const reading = { label: y, labelBecause: label === undefined ? "name" : "asked" } as const;
    const others = archive.names.filter((each) => each !== y);
    const x = ["x", "images"].find((each) => others.includes(each));
    const read = x === undefined ? others : [x];
    file.requireRoomFor(
      `features of ${file.name}`,
      read.reduce((sum, each) => sum + archive.bytesOf(each), 0),
    );
    if (x !== undefined) return { features: await archive.readNumbers(x), labels, reading };
    if (others.length === 0) {
      pick(archive, file.name, ["x", "images"], "save the features with numpy.savez(file, x=..., y=...)");
    }
    const arrays = new Map<string, Tensor>();
    for (const each of others) arrays.set(each, await archive.readNumbers(each));
    return { ...sideBySide(arrays, bytes), labels, reading: { ...reading, arrays: others } };
  },
};

function pick({ names }: NpzFile, name: string, candidates: readonly string[], remedy: string): string {
  const found = candidates.find((candidate) => names.includes(candidate));
  if (found !== undefined) return found;
  throw new InputError("missing", `array in ${name}`, {
    expected: candidates.join(" or "),
    got: names.length === 0 ? "no arrays" : `arrays ${names.join(", ")}`,
    remedy,
  });
}
