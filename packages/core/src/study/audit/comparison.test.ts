// Comparisons of made-up audits whose points are known: laws of pairs, the error rate of the family, what cannot be
// compared.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epsilons, kinds, version } from "../../../test/auditedVersion.ts";
import { stream } from "../../random.ts";
import { TARGET } from "../names.ts";
import { changedPoints } from "./changedPoints.ts";
import { compareAudits } from "./comparison.ts";
import { comparisonSummary } from "./comparisonSummary.ts";

const rows = (points: number) =>
  fc.array(fc.array(fc.boolean(), { minLength: points, maxLength: points }), {
    minLength: kinds.length + 1,
    maxLength: kinds.length + 1,
  });
const two = fc.integer({ min: 1, max: 40 }).chain((points) => fc.tuple(rows(points), rows(points)));

describe("a comparison", () => {
  it("counts each point once, and turns with its versions", () => {
    fc.assert(
      fc.property(two, ([one, other]) => {
        const [a, b] = [version("a", one), version("b", other)];
        const [found, turned] = [compareAudits(a, b), compareAudits(b, a)];
        const all = [found.clean, ...found.any, ...found.cells];
        const back = [turned.clean, ...turned.any, ...turned.cells];
        expect(all.length).toBe(1 + epsilons.length + kinds.length);
        for (const [i, { counts, first, second, difference, ...each }] of all.entries()) {
          expect(counts.both + counts.onlyFirst + counts.onlySecond + counts.neither).toBe(one[0].length);
          expect(difference.estimate).toBeCloseTo(second - first, 12);
          expect(back[i].difference.estimate).toBeCloseTo(first - second, 12);
          expect(back[i].difference.low).toBeCloseTo(-difference.high, 12);
          expect([back[i].first, back[i].second, back[i].p]).toEqual([second, first, each.p]);
          const turnedVerdict = { more: "less", less: "more", "not told apart": "not told apart" }[each.verdict];
          expect(back[i].verdict).toBe(turnedVerdict);
        }
      }),
    );
  });

  it("counts what at least one attacker on surrogates misleads, and not the white-box attack", () => {
    fc.assert(
      fc.property(two, ([one, other]) => {
        const { any } = compareAudits(version("a", one), version("b", other));
        for (const [e, each] of any.entries()) {
          const own = kinds.flatMap((kind, k) =>
            kind.epsilon === epsilons[e] && kind.surrogate !== TARGET ? [k + 1] : [],
          );
          const share = (errs: readonly (readonly boolean[])[]) =>
            errs[0].filter((_, i) => own.some((k) => errs[k][i])).length / errs[0].length;
          expect([each.first, each.second]).toEqual([share(one), share(other)]);
        }
      }),
    );
  });

  it("lists exactly the points that change sides", () => {
    fc.assert(
      fc.property(two, ([one, other]) => {
        const [a, b] = [version("a", one), version("b", other)];
        const changed = [...changedPoints(a, b)];
        for (const { surrogate, attacker, epsilon, counts } of compareAudits(a, b).cells) {
          const own = changed.filter(
            (each) => each.surrogate === surrogate && each.attacker === attacker && each.epsilon === epsilon,
          );
          expect(own.length).toBe(counts.onlyFirst + counts.onlySecond);
          for (const { label, first, second } of own) expect((first === label) !== (second === label)).toBe(true);
        }
        const clean = one[0].filter((wrong, i) => wrong !== other[0][i]).length;
        expect(changed.filter(({ epsilon }) => epsilon === undefined).length).toBe(clean);
      }),
    );
  });

  it("is the same where a version numbers its classes otherwise", () => {
    fc.assert(
      fc.property(two, ([one, other]) => {
        const a = version("a", one);
        const plain = compareAudits(a, version("b", other));
        const { asked, ...turned } = compareAudits(a, version("b", other, {}, [2, 0, 1]));
        expect({ ...turned, asked: plain.asked }).toEqual(plain);
        expect(asked.classNames).toEqual(["c", "a", "b"]);
      }),
    );
  });

  it("tells versions that are equally good apart in at most one of twenty cases, all comparisons taken together", () => {
    const [runs, points] = [400, 60];
    let told = 0;
    for (let run = 0; run < runs; run++) {
      const random = stream(run, "null");
      const errs = () =>
        Array.from({ length: kinds.length + 1 }, () => Array.from({ length: points }, () => random.uniform() < 0.3));
      const { clean, any, cells } = compareAudits(version("a", errs()), version("b", errs()));
      if ([clean, ...any, ...cells].some(({ verdict }) => verdict !== "not told apart")) told++;
    }
    // Three standard deviations above .05 of 400.
    expect(told).toBeLessThanOrEqual(33);
  });

  it("sees what is there: a third more of 120 points", () => {
    const errs = (share: number) =>
      Array.from({ length: kinds.length + 1 }, (_, k) =>
        Array.from({ length: 120 }, (_, i) => k > 0 && i < 120 * share),
      );
    const found = compareAudits(version("a", errs(0.2)), version("b", errs(0.55)));
    expect(new Set(found.cells.map(({ verdict }) => verdict))).toEqual(new Set(["more"]));
    expect(found.clean.verdict).toBe("not told apart");
    expect(comparisonSummary(found)[0]).toMatch(
      /^B is misled more often than A: at ε = 1 .* 42 points fall in B alone, 0 in A/,
    );
    expect(comparisonSummary(compareAudits(version("a", errs(0.5)), version("b", errs(0.5))))[0]).toMatch(
      /no more and no less/,
    );
  });
});

describe("audits are refused", () => {
  const errs = Array.from({ length: kinds.length + 1 }, () => [false, true, false]);
  const fewer = errs.map((row) => row.slice(1));
  const first = version("old.onnx", errs);
  it.each([
    [
      "of other classes",
      version("b", errs, { classNames: ["a", "b"] }),
      /the same classes.*got a, b, c \(old\.onnx\) and a, b \(b\)/,
    ],
    ["of other data", version("b", errs, { dataHash: "e" }), /the same data/],
    ["of another seed", { ...first, result: { ...first.result, seed: 4 } }, /got 0 \(old\.onnx\) and 4/],
    ["of fewer points", version("b", fewer), /as many points.*got 3 .* and 2/],
    [
      "of points with other labels",
      { ...first, samples: first.samples.map((each) => ({ ...each, labels: each.labels.map(() => 0) })) },
      /got b at point 1 .* and a at point 1/,
    ],
    ["of another norm", version("b", errs, { norm: "linf" }), /measured alike/],
    [
      "under the rules of a features file",
      version("b", errs, { units: "costs", featuresHash: "0123456789abcdef" }),
      /measured alike.*units of costs by the features file 0123456789ab/,
    ],
    ["of other budgets", version("b", errs, { epsilons: [7] }), /a budget that both have/],
    [
      "of other attackers",
      { ...first, samples: [{ ...first.samples[0], surrogate: "z" }] },
      /an attacker that both have/,
    ],
  ])("%s", (_, second, sentence) => {
    expect(() => compareAudits(first, second)).toThrow(sentence);
  });
});
