import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`packages/core/src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@carom\/core\/(\w+)$/, replacement: source("$1/index.ts") },
      { find: /^@carom\/core$/, replacement: source("index.ts") },
    ],
  },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts"],
    // ONNX Runtime and worker threads do not mix: a thread that ends during a run aborts the process.
    pool: "forks",
    // One process per core of the smallest machine; the default leaves one core idle.
    maxWorkers: 2,
    // Tests that make sessions of the runtime themselves report nothing to its vendor either.
    env: { ORT_DISABLE_TELEMETRY: "1" },
    setupFiles: ["packages/core/test/setup.ts"],
    globalSetup: ["packages/lab/test/oneFolder.ts"],
    testTimeout: 60_000,
    // A hook may run whole commands before the tests look at what they left.
    hookTimeout: 240_000,
  },
});
