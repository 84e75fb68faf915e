// The feature schema: what the columns of a table are, what may be done to them, and what holds between them.

import { z } from "zod";

/** Kinds of columns, and one of several columns at once. */
export const featureKinds = ["real", "integer", "binary", "ordinal", "one-hot"] as const;

const bound = z
  .union([z.number(), z.enum(["data", "own"])])
  .describe("a number; data: the least or greatest of the data; own: the row's own value");

const rule = {
  kind: z.enum(featureKinds).default("real").describe("what values it takes; one-hot: one of several columns is 1"),
  of: z
    .array(z.string())
    .min(2)
    .optional()
    .describe('of one-hot: its columns; those that are named "NAME=..." where absent'),
  values: z.array(z.number()).min(2).optional().describe("of ordinal: its values; those of the data where absent"),
  bounds: z
    .tuple([bound, bound])
    .optional()
    .describe("the least and the greatest value; those of the data where absent"),
  mutable: z.boolean().default(true).describe("whether an attacker can change it"),
  direction: z
    .enum(["increase", "decrease"])
    .optional()
    .describe("whether values may only rise, or only fall, from those of the row"),
  scale: z
    .number()
    .positive()
    .optional()
    .describe("how much of it a unit of the budget changes; a robust spread of the data where absent"),
};

const columnRule = z.strictObject(rule);

/** What a features file holds. */
export const featureSchema = z.strictObject({
  columns: z
    .record(z.string(), columnRule)
    .default({})
    .describe("columns by name; a one-hot group has a name of its own"),
  others: columnRule
    .omit({ of: true, values: true })
    .optional()
    .describe("what holds of the columns that are not named; real ones that can change where absent"),
  relations: z
    .array(z.string())
    .default([])
    .describe('what holds of every row, such as "open <= total"; "total == a + b" computes total from the others'),
  tolerance: z
    .number()
    .nonnegative()
    .default(1e-6)
    .describe("by how much the sides of a relation may miss, as a share of their terms' absolute values, added up"),
});

/** What a features file says, defaults included. */
export type FeatureSchema = z.infer<typeof featureSchema>;
/** What the file says of one column, or of several. */
export type FeatureRule = FeatureSchema["columns"][string];

/** The JSON Schema of features files, for editors. */
export function featureJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(featureSchema, { io: "input" }) as Record<string, unknown>;
}
