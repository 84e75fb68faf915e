import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { digits } from "./digits.ts";

/**
 * Nothing leaves the page: it may fetch from where it came from alone, and so may its workers. Learners may compile
 * their loops.
 */
const policy = (workers: string) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src ${workers}; style-src 'self' 'unsafe-inline'; connect-src ` +
  "'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'";

/** Puts the policy into the built page. */
const forbidding: Plugin = {
  name: "policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: policy("blob:") },
      injectTo: "head-prepend",
    },
  ],
};

/** Says how many bytes the first sight takes over the line: all but what is loaded when a file is dropped. */
const sizes: Plugin = {
  name: "sizes",
  apply: "build",
  generateBundle(_, bundle) {
    const parts = Object.values(bundle);
    const textOf = (part: (typeof parts)[number]) => (part.type === "chunk" ? part.code : part.source);
    const bytesOf = (part: (typeof parts)[number]) => gzipSync(textOf(part)).length;
    const later = new Set(parts.flatMap((part) => (part.type === "chunk" ? part.dynamicImports : [])));
    const first = new Set(parts.filter((part) => part.type === "chunk" && part.isEntry));
    // What a part names is loaded with it.
    for (const part of first) {
      for (const other of parts) {
        const isNamed = String(textOf(part)).includes(other.fileName.replace(/^.*\//, ""));
        if (!later.has(other.fileName) && (isNamed || other.fileName.endsWith(".css"))) first.add(other);
      }
    }
    for (const part of parts) this.info(`${part.fileName}: ${Math.round(bytesOf(part) / 1000)} kB compressed`);
    const total = [...first].reduce((sum, part) => sum + bytesOf(part), 0);
    this.info(`first sight: ${Math.round(total / 1000)} kB compressed`);
  },
};

export default defineConfig({
  // The built folder works under any path.
  base: "./",
  plugins: [digits(), forbidding, sizes],
  worker: { format: "es" },
  build: { target: "es2023", modulePreload: { polyfill: false } },
  // While it is developed, the page is what the server says it may be.
  server: { headers: { "Content-Security-Policy": policy("'self'") } },
  logLevel: "info",
});
