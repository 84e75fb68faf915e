// What is written for GPUs computes on the processor what is written for it; WebGPU does on a GPU made of software.

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import * as ort from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import { pgdAttack } from "../attacks/evasion/pgd.ts";
import { runAttack } from "../attacks/run.ts";
import { uniformDomain } from "../data/domain.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { norms } from "../threat/norm.ts";
import { cudaLimits, type Limits, webgpuLimits } from "./limits.ts";
import { modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";
import { type Runtime, runtimeFrom } from "./runtime.ts";
import { gradientDifference, requireSameGradients } from "./sameGradients.ts";

const processor = runtimeFrom(ort);
const withLimits = (limits: Limits): Runtime => ({ ...processor, limits });

describe.each([
  ["cuda", cudaLimits],
  ["webgpu", webgpuLimits],
])("graphs for %s", (_, limits) => {
  const runtime = withLimits(limits);

  test("give the processor's gradients", async () => {
    expect(await gradientDifference(runtime)).toBeLessThan(1e-6);
  });

  test.each(["l2", "linf"] as const)("lead an attack under %s to the same points", async (norm) => {
    const random = stream(3, "ascent");
    const g = new GraphBuilder();
    const x = g.input("x", "float32", ["N", 6]);
    const weights = (shape: readonly number[]) =>
      g.constant(
        tensor(
          "float32",
          shape,
          Array.from({ length: shape[0] * (shape[1] ?? 1) }, () => random.normal()),
        ),
      );
    const hidden = g.node("Tanh", [g.node("Gemm", [x, weights([6, 8]), weights([8])])]);
    g.output(g.node("Gemm", [hidden, weights([8, 3]), weights([3])]), "scores");
    const model = modelFromGraph({ ...modelOf(g.graph()), metadata: { scores: "logits" } });
    const rows = 20;
    const points = tensor(
      "float32",
      [rows, 6],
      Float32Array.from({ length: rows * 6 }, () => random.uniform()),
    );
    const attack = pgdAttack({ steps: 12, stepSize: 0.2 });
    const pointsOn = async (each: Runtime) => {
      const opened = await openModel(each, model);
      const { points: reached } = await runAttack(attack, {
        models: [opened.differentiable!],
        x: points,
        labels: Int32Array.from({ length: rows }, (_, i) => i % 3),
        threat: { norm: norms[norm], epsilon: 0.3, domain: uniformDomain(6, 0, 1) },
        seed: 1,
      });
      await opened.close();
      return reached.data;
    };
    const [own, expected] = [await pointsOn(runtime), await pointsOn(processor)];
    own.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 5);
    });
    expect(own.some((value, i) => value !== points.data[i])).toBe(true);
  });
});

test("a runtime that rounds, or gives other gradients, is refused", async () => {
  const rounding: Runtime = {
    ...processor,
    async compile(bytes) {
      const session = await processor.compile(bytes);
      const run: typeof session.run = async (feeds, fetch) => {
        const results = await session.run(feeds, fetch);
        for (const { data } of Object.values(results)) {
          // As a product of factors of 10 bits.
          (data as Float32Array).forEach((value, i) => {
            data[i] = value * (1 + (i % 2 ? 1 : -1) * 2 ** -10);
          });
        }
        return results;
      };
      return { ...session, run };
    },
  };
  await expect(requireSameGradients(rounding)).rejects.toThrow(/gradients within 0\.0001 of the processor's/);
  await requireSameGradients(processor);
});

/**
 * A Vulkan driver made of software, which comes with the browser that tests use, as the library that WebGPU looks for.
 */
function softwareGpu(): string | undefined {
  const require = createRequire(import.meta.url);
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "carom-vulkan-"));
  const packed = join(require.resolve("@sparticuz/chromium"), "../../..", "bin", "swiftshader.tar.br");
  if (!existsSync(packed)) return undefined;
  for (const { name, bytes } of filesOfTar(brotliDecompressSync(readFileSync(packed)))) {
    if (!name.endsWith("libvk_swiftshader.so")) continue;
    writeFileSync(join(folder, "libvulkan.so.1"), bytes);
    return folder;
  }
  return undefined;
}

/** The files of a tar archive. */
function* filesOfTar(archive: Uint8Array) {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(archive.subarray(from, from + length)).replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    yield { name: text(at, 100), bytes: archive.subarray(at + 512, at + 512 + size) };
    at += 512 * (1 + Math.ceil(size / 512));
  }
}

const folder = softwareGpu();
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

// Needs Linux on x64, and the library in @sparticuz/chromium.
test.skipIf(folder === undefined)(
  "WebGPU on a GPU made of software gives the processor's gradients",
  { timeout: 240_000 },
  async () => {
    const core = new URL("../../dist/models/index.js", import.meta.url).href;
    const program = `
    import * as ort from "onnxruntime-node";
    import { gradientDifference, runtimeFrom } from ${JSON.stringify(core)};
    console.log(await gradientDifference(runtimeFrom(ort, { provider: "webgpu" })));
    process.exit(0);
  `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      env: { ...process.env, LD_LIBRARY_PATH: `${folder}:${process.env.LD_LIBRARY_PATH ?? ""}` },
      cwd: new URL(".", import.meta.url).pathname,
    });
    expect(Number(stdout)).toBeGreaterThanOrEqual(0);
    expect(Number(stdout)).toBeLessThan(1e-5);
  },
);
