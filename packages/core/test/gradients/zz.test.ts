import { test } from "vitest";
import { operators } from "../../src/onnx/ops/index.ts";
import { check, noFindings } from "./check.ts";
import { algebraCases } from "./cases/algebra.ts";
import { elementwiseCases } from "./cases/elementwise.ts";
import { movementCases } from "./cases/movement.ts";
import { reductionCases } from "./cases/reduction.ts";
const cases = [...algebraCases, ...elementwiseCases, ...movementCases, ...reductionCases];
test("mutations", async () => {
  let killed = 0; const alive: string[] = [];
  for (const [name, op] of Object.entries(operators)) {
    const original = op.gradient;
    for (const mutation of ["drop", "neg", "scale"]) for (let i = 0; i < 5; i++) {
      let applied = false;
      (op as any).gradient = (c: any) => {
        const out = [...original(c)];
        if (out[i] === undefined) return out;
        applied = true;
        out[i] = mutation === "drop" ? undefined : mutation === "neg" ? c.g.node("Neg", [out[i]]) : c.g.node("Mul", [out[i], c.g.scalar(1.0001, out[i])]);
        return out;
      };
      let dead = false;
      for (const each of cases.filter((c) => c.op === name)) {
        const f = noFindings();
        try { if (!(await check(each, 1, f))) dead = true; if (!(f.gradientError < 1e-6)) dead = true; } catch { dead = true; }
        if (dead) break;
      }
      (op as any).gradient = original;
      if (!applied) continue;
      if (dead) killed++; else alive.push(`${name} ${mutation} ${i}`);
    }
  }
  console.log("KILLED", killed, "ALIVE", alive.join(", "));
  // numbers
  const total = noFindings(); const f64no = new Set<string>();
  for (const each of cases) { const f = noFindings(); await check(each, 1, f); for (const k of ["gradientError","hessianError","float32Error","float64Error"] as const) total[k] = Math.max(total[k], f[k]); total.draws += f.draws; total.kinks += f.kinks; total.withoutFloat64 += f.withoutFloat64; if (f.withoutFloat64) f64no.add(each.op); }
  console.log("TOTAL", cases.length, JSON.stringify(total), "NOFLOAT64", [...f64no].join(" "));
}, 400000);
