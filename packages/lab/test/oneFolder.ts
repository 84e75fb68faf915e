// One folder for all files of a run that want the built page: the first of them builds it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the page is built; what lies there goes with the run. */
    readonly pageFolder: string;
  }
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "carom-lab-page-"));
  project.provide("pageFolder", folder);
  const clear = (inside: string) => rmSync(join(folder, inside), { recursive: true, force: true });
  // Who watches tests while the page changes wants another one.
  project.onTestsRerun(async () => ["page", "built"].forEach(clear));
  return () => clear("");
}
