// Admix: gradients at copies of an image into which a little of others is mixed.

import { z } from "zod";
import { InputError } from "../../errors.ts";
import { type Booster, constantGradient } from "./booster.ts";
import { scaling } from "./scaleInvariant.ts";
import { transformedCopies } from "./transformedCopies.ts";

const options = z.strictObject({
  partners: z.number().int().positive().default(3).describe("other images, one for each copy"),
  share: z.number().min(0).default(0.2).describe("how much of the other image is added"),
  scales: z.number().int().positive().default(5).describe("copies x, x/2, x/4, ... of each"),
});

/**
 * The mean of 2^-i gradient((x + share x') / 2^i) over partners x' and i = 0 .. scales - 1.
 *
 * Partners are clean rows of other classes, drawn for each point and iteration from what the attacker has; the public
 * implementation takes them from the batch, of any class.
 *
 * Source: Wang et al., ICCV 2021 (Admix).
 */
export const admix: Booster<z.infer<typeof options>> = {
  name: "admix",
  summary: "gradients at copies of an image into which others are mixed",
  reference: "Wang et al., ICCV 2021",
  options,
  stage: "transformation",
  data: "images",
  gradientsPerStep: ({ partners, scales }) => partners * scales,
  overhead: 20,
  unhelpful: constantGradient,
  wrap(inner, { partners, share, scales }, context) {
    const { clean, labels } = context;
    if (!clean) throw noneToMix("none");
    const strangers = new Map<number, Int32Array>();
    const partnersOf = (label: number) => {
      let rows = strangers.get(label);
      if (!rows) {
        rows = Int32Array.from(clean.labels.keys()).filter((row) => clean.labels[row] !== label);
        if (rows.length === 0) throw noneToMix(`rows of class ${label} alone`);
        strangers.set(label, rows);
      }
      return rows;
    };
    return transformedCopies(inner, context, "admix", partners * scales, ({ index, copy, random }) => {
      const rows = partnersOf(labels[index]);
      const partner = clean.row(rows[random("partner", Math.floor(copy / scales)).integer(rows.length)]);
      return scaling(0.5 ** (copy % scales), share, partner);
    });
  },
};

function noneToMix(got: string): InputError {
  return new InputError("missing", "clean images for booster admix", {
    expected: "rows of other classes to mix in",
    got,
    remedy: "give the attacker clean data, or choose another booster",
  });
}
