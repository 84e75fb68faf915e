import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { digits } from "./digits.ts";

/** Nothing leaves the page: it may fetch from where it came from alone. */
const policy =
  "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; connect-src " +
  "'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** Puts the policy into the built page. */
const forbidding: Plugin = {
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [
    { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy }, injectTo: "head-prepend" },
  ],
};

/** Says how many bytes the first sight takes over the line. */
const sizes: Plugin = {
  name: "sizes",
  apply: "build",
  generateBundle(_, bundle) {
    let total = 0;
    for (const part of Object.values(bundle)) {
      const source = part.type === "chunk" ? part.code : part.source;
      const bytes = gzipSync(source).length;
      total += bytes;
      this.info(`${part.fileName}: ${Math.round(bytes / 1000)} kB compressed`);
    }
    this.info(`first sight: ${Math.round(total / 1000)} kB compressed`);
  },
};

export default defineConfig({
  // The built folder works under any path.
  base: "./",
  plugins: [digits(), forbidding, sizes],
  worker: { format: "es" },
  build: { target: "es2023", modulePreload: { polyfill: false } },
  logLevel: "info",
});
