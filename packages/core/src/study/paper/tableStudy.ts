// Several studies in one table: sign tests of high against low complexity (paper, Table 1).

import { z } from "zod";
import { studyName } from "../evasion/schema.ts";
import type { SignificanceEntry } from "./significance.ts";

/** What a study file of a table holds. */
export const tableSchema = z.strictObject({
  kind: z.literal("table").describe("what this file asks: other studies, and what is significant in them"),
  name: studyName,
  title: z.string().optional().describe("a sentence that says what is asked"),
  seed: z.number().int().nonnegative().default(0).describe("seed of every random choice of the studies"),
  studies: z.array(studyName).min(1).describe("names of studies that ship with carom, of evasion or poisoning"),
  scales: z.record(z.string(), z.strictObject({})).default({}).describe("scales that all of the studies have"),
});

/** A study file of a table, defaults included. */
export type TableStudy = z.infer<typeof tableSchema>;

/** What is significant in several studies: the paper's Table 1. */
export interface TableResult {
  readonly carom: string;
  readonly study: TableStudy;
  /** Hash of each data file, by study. */
  readonly data: Readonly<Record<string, string>>;
  readonly entries: readonly SignificanceEntry[];
  /** What too few repetitions cannot show, a sentence for each such study. */
  readonly warnings: readonly string[];
}
