// Points that are computed when they are read are those points, however they are read.

import fc from "fast-check";
import { expect, test } from "vitest";
import { rowOf, takePoints } from "./attack.ts";
import { LatePoints } from "./latePoints.ts";

const cases = fc.record({
  columns: fc.integer({ min: 1, max: 5 }),
  values: fc.array(fc.double({ noNaN: true }), { minLength: 5, maxLength: 40 }),
  chosen: fc.array(fc.nat(), { maxLength: 6 }),
});

test("rows that are taken are those of all points, before these are computed, after, and once they are changed", () => {
  fc.assert(
    fc.property(cases, ({ columns, values, chosen }) => {
      const rows = Math.floor(values.length / columns);
      const data = Float64Array.from(values.slice(0, rows * columns));
      const plain = { rows, columns, data };
      let written = 0;
      const late = new LatePoints(rows, columns, (i, into) => {
        written++;
        into.set(rowOf(plain, i));
      });
      const indices = Int32Array.from(chosen, (each) => each % rows);
      const wanted = takePoints(plain, indices);
      expect(takePoints(late, indices)).toEqual(wanted);
      expect(written).toBe(indices.length);
      expect(late.data).toEqual(data);
      expect(late.data).toBe(late.data);
      expect(takePoints(late, indices)).toEqual(wanted);
      expect(written).toBe(indices.length + rows);
      late.data[0] += 1;
      expect(takePoints(late, Int32Array.of(0)).data[0]).toBe(late.data[0]);
      // A copy with other numbers has those alone.
      expect(takePoints({ ...late, data }, indices)).toEqual(wanted);
    }),
  );
});
