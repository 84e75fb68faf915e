// Who replaces a part of an attack's context is obeyed, under each norm and by each registered attack that asks for it.

import { expect, it } from "vitest";
import { boxPoints, runtime } from "../../test/linearWorld.ts";
import { denseRows } from "../data/dataset.ts";
import { fit } from "../learners/fit.ts";
import { learnerByName } from "../learners/registry.ts";
import { openModel } from "../models/open.ts";
import { norms } from "../threat/norm.ts";
import type { Attack, AttackContext } from "./attack.ts";
import { buildEvasion } from "./evasion/evasionAttack.ts";
import { evasionAttacks } from "./evasion/index.ts";
import { overrideContext } from "./override.ts";
import { runAttack } from "./run.ts";

const data = boxPoints(2, 40, 5);

/** The attack under a context whose gradients point the other way; counts the rows that it was asked about. */
const turned =
  (attack: Attack, asked: { rows: number }): Attack =>
  (context: AttackContext) =>
    attack(
      overrideContext(context, {
        async gradient(points, indices) {
          asked.rows += points.rows;
          const found = await context.gradient(points, indices);
          return { ...found, data: found.data.map((value: number) => -value) };
        },
      }),
    );

it.each(Object.keys(norms) as (keyof typeof norms)[])(
  "gradients that are turned round lead each attack away from its goal under %s",
  async (name) => {
    const { model } = await fit(learnerByName("logistic"), data, { runtime, seed: 0, stream: "model", options: {} });
    const opened = await openModel(runtime, model);
    const threat = { norm: norms[name], domain: data.domain, epsilon: name === "l0" ? 2 : 0.2 };
    const attacks = Object.values(evasionAttacks).filter(
      ({ capabilities: { gradients, norms, discrete } }) => gradients && !discrete && norms.includes(name),
    );
    expect(attacks.length).toBeGreaterThan(1);
    for (const entry of attacks) {
      // One perturbation for two classes of equal size may lead nowhere.
      const attack = buildEvasion(entry, entry.capabilities.mixesRows ? { perClass: true } : {}, threat);
      const task = { models: [opened.differentiable!], x: denseRows(data), labels: data.labels, threat, seed: 0 };
      const asked = { rows: 0 };
      const [own, other] = [await runAttack(attack, task), await runAttack(turned(attack, asked), task)];
      const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
      expect(asked.rows, entry.name).toBeGreaterThan(0);
      expect(sum(other.objective), entry.name).toBeLessThan(sum(own.objective) - 0.01);
    }
    await opened.close();
  },
);

it("a part that the shortcut does not pass by leaves it where it is", () => {
  const context = { ascend: () => Promise.resolve(undefined) } as unknown as AttackContext;
  const objective = () => Promise.resolve(new Float64Array(0));
  expect(overrideContext(context, { objective }).ascend).toBe(context.ascend);
  expect(overrideContext(context, { project: () => {} })).not.toHaveProperty("ascend");
});
