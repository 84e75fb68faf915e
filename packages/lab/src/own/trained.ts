// A surrogate that is trained in the page, for targets that no gradient leads through, or where the user wants one.

import { type Dataset, fit, learnerByName, permutation, type Runtime, rowCount, stream, takeRows } from "@carom/core";
import { trainedNames } from "./names.ts";
import { type OwnModel, openOwnModel } from "./read.ts";

/** Rows that a surrogate is trained on, at most and at least. */
const [MOST, LEAST] = [1000, 20];

/** Trains on rows that are not attacked, or on all where those are few. */
export async function trainSurrogate(
  runtime: Runtime,
  name: string,
  data: Dataset,
  attacked: Int32Array,
): Promise<OwnModel> {
  const isAttacked = new Set(attacked);
  const all = permutation(stream(0, "lab", "surrogate"), rowCount(data));
  const others = all.filter((row) => !isAttacked.has(row));
  const isApart = others.length >= LEAST;
  const rows = (isApart ? others : all).slice(0, MOST);
  const { model } = await fit(learnerByName(trainedNames[name]), takeRows(data, rows), {
    ...{ runtime, seed: 0, stream: "surrogate" },
  });
  const opened = await openOwnModel(runtime, { name, bytes: model.bytes }, data);
  const which = isApart ? "that are not attacked" : "all there are, the attacked ones among them";
  const said = `It was trained in this page on ${rows.length} rows, ${which}, with their labels.`;
  return { ...opened, facts: { ...opened.facts, doubts: [said, ...opened.facts.doubts] } };
}
