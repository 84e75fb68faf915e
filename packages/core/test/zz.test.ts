import { test } from "vitest";
test("x", async () => { await import("./zz.scratch.ts"); });
