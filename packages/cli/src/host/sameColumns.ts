// Two data files that are used together: columns of one kind, in one order.

import { type Dataset, featureCount, InputError } from "@carom/core";
import { matchColumns } from "@carom/core/data";
import type { LoadedData } from "./loadedData.ts";

/**
 * The data of a file with its columns as another file has them: matched by name where both have names.
 *
 * @param what the file, in words, such as "--test"
 * @throws InputError for other columns, and for bytes that were read in another way.
 */
export function asIn(first: LoadedData, second: LoadedData, what: string): Dataset {
  const data = matchColumns(second.dataset, first.dataset.featureNames, what, "the first file");
  const [expected, got] = [featureCount(first.dataset), featureCount(data)];
  if (expected !== got) {
    throw new InputError("invalid", `data of ${what}`, {
      expected: `${expected} features, as the first file has`,
      got: `${got}`,
      remedy: "give both in the same form",
    });
  }
  const [own, other] = [second.reading.bytes, first.reading.bytes];
  if (own !== undefined && other !== undefined && own !== other) {
    const words = { unit: "parts of 255", raw: "numbers, as none is above 1" };
    throw new InputError("invalid", `data of ${what}`, {
      expected: `bytes that mean what those of the first file do (${words[other]})`,
      got: words[own],
      remedy: "say what bytes are in both with --bytes unit or --bytes raw",
    });
  }
  return data;
}
