import { expect, test } from "vitest";
import { kernelRuntime } from "../kernels/runtime.ts";
import { cleanPoints, GRID, learn } from "./poison.ts";

const runtime = kernelRuntime();
const clean = cleanPoints(24, "first");

test.each(["svm-linear", "svm-rbf"] as const)(
  "%s is right on clean points, and is led astray by poison",
  async (name) => {
    const before = await learn(runtime, clean, name);
    expect(before.error).toBeLessThan(0.12);
    expect(before.margins[0]).toBeLessThan(0);
    expect(before.margins[GRID * GRID - 1]).toBeGreaterThan(0);
    // Most points mirrored at the middle teach the opposite.
    const mirrored = (count: number) =>
      clean.map((point, i) => (i < count ? { ...point, x: 1 - point.x, y: 1 - point.y } : point));
    expect((await learn(runtime, mirrored(16), name)).error).toBeGreaterThan(0.5);
    // A few mislead what is linear; what is not goes around them.
    const few = (await learn(runtime, mirrored(4), name)).error;
    if (name === "svm-linear") expect(few).toBeGreaterThan(2 * before.error);
    else expect(few).toBeLessThan(0.1);
  },
);

test("where classes are exchanged, so are the signs", async () => {
  const [as, exchanged] = [
    await learn(runtime, clean, "ridge"),
    await learn(
      runtime,
      clean.map((point) => ({ ...point, label: 1 - point.label })),
      "ridge",
    ),
  ];
  for (const [i, margin] of as.margins.entries()) expect(exchanged.margins[i]).toBeCloseTo(-margin, 4);
});
