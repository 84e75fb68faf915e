// What may be asked of the user's own files, as it stands in an address.

import { z } from "zod";
import { attackNames } from "../question/question.ts";
import { fields } from "./fields.ts";
import type { Written } from "./options.ts";

const text = z.string().max(1000);

export const ownSchema = z.strictObject({
  norm: z.enum(["l0", "l1", "l2", "linf"]).default("l2"),
  attack: z.enum(attackNames).default("strongest"),
  /** The largest budget; chosen by the data where absent. */
  most: z.number().positive().optional(),
  /** Names of files. */
  surrogate: text.optional(),
  target: text.optional(),
  /** What stands in the fields that say how files are read. */
  written: z.partialRecord(z.enum(Object.keys(fields) as (keyof Written)[]), text).default({}),
  /** The budget that is looked at, as a share of the largest. */
  share: z.number().min(0).max(1).default(0.5),
  /** The row that is looked at. */
  row: z.number().int().min(0).default(0),
});
export type OwnView = z.infer<typeof ownSchema>;
