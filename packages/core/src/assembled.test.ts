// What is kept of the assembler's modules is what it writes: `npx vitest run PATH -u` brings it up to date.

import { expect, test } from "vitest";
import { singleLoops } from "./data/singleLoops.ts";
import { centreLoop } from "./learners/solvers/centredRows.ts";
import { compressLoops } from "./learners/solvers/compressLoops.ts";
import { factorLoops } from "./learners/solvers/factorLoops.ts";
import { gaussianLoop } from "./learners/solvers/gaussian.ts";
import { logisticLoop } from "./learners/solvers/logisticLoss.ts";
import { smoLoop } from "./learners/solvers/smoLoop.ts";
import { sparseLoops } from "./learners/solvers/sparseLoops.ts";
import { spreadLoops } from "./learners/solvers/spreadLoops.ts";
import { scanModule } from "./learners/trees/scanLoop.ts";
import { stepL2Module } from "./models/stepL2Loop.ts";
import { projectL2Module } from "./threat/projectL2Loop.ts";

/** Those of rows are kept for float32 and columns of two bytes, which images and most tables have. */
const modules: Record<string, () => Uint8Array> = {
  "compress float32 2": () => compressLoops("float32", 2),
  "sparse float32 2": () => sparseLoops("float32", 2),
  "spread float32 2": () => spreadLoops("float32", 2),
  smo: smoLoop,
  factor: factorLoops,
  logistic: logisticLoop,
  gaussian: gaussianLoop,
  centre: centreLoop,
  single: singleLoops,
  "scan 1": () => scanModule(1),
  "scan 2": () => scanModule(2),
  stepL2: stepL2Module,
  projectL2: projectL2Module,
};

test("modules are kept as they are written", async () => {
  const entries = Object.entries(modules).map(([name, assemble]) => {
    const lines = Buffer.from(assemble())
      .toString("base64")
      .match(/.{1,116}/g)!;
    return `  ${name.includes(" ") ? `"${name}"` : name}: \`\n${lines.map((line) => `    ${line}\n`).join("")}  \`,\n`;
  });
  await expect(
    "// The modules of compiled loops as the assembler writes them, in base64: written by assembled.test.ts.\n\n" +
      `export const assembled: Readonly<Record<string, string>> = {\n${entries.join("")}};\n`,
  ).toMatchFileSnapshot("./assembled.ts");
});
