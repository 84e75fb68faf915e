// Pythons for tests that hold Carom against what people use there.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The environment that `.ci/python` makes. */
const made = fileURLToPath(new URL("../../python/.venv/bin/python", import.meta.url));

/**
 * A Python that has these packages: that of PYTHON, the one made for tests, or the user's. Undefined where none has.
 */
export function pythonWith(...packages: readonly string[]): string | undefined {
  return [process.env.PYTHON, made, "python3"].find(
    (each) => each !== undefined && spawnSync(each, ["-c", `import ${packages.join(", ")}`]).status === 0,
  );
}
