// The example programs run, and the README shows the first of them as it is.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it, vi } from "vitest";

const root = new URL("../../../", import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), "utf8");
const examples = readdirSync(fileURLToPath(new URL("examples", root))).filter((name) => name.endsWith(".ts"));

async function outputOf(name: string): Promise<string[]> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: unknown) => lines.push(String(line)));
  try {
    await import(pathToFileURL(fileURLToPath(new URL(`examples/${name}`, root))).href);
  } finally {
    log.mockRestore();
  }
  return lines;
}

describe("the examples", () => {
  it.each(examples)("%s runs and says something", async (name) => {
    expect(await outputOf(name)).not.toEqual([]);
  });

  it("the first shows a stand-in's attacks at work on a target: its error rises with the budget", async () => {
    vi.resetModules();
    const lines = await outputOf("01-audit-a-model.ts");
    const found = lines.map((line) =>
      /^epsilon ([\d.]+): the target errs on ([\d.]+)/.exec(line)!.slice(1).map(Number),
    );
    expect(found.map(([epsilon]) => epsilon)).toEqual([0.5, 1, 2]);
    const [small, middle, large] = found.map(([, error]) => error);
    expect(middle).toBeGreaterThan(small);
    expect(large).toBeGreaterThan(middle + 0.1);
  });

  it("the second shows on one feature that the smooth surrogate transfers and the wiggly one varies", async () => {
    vi.resetModules();
    const lines = await outputOf("02-one-dimension.ts");
    const share = (surrogate: string, target: string) => {
      const wanted = new RegExp(`on the ${surrogate} surrogate, ([\\d.]+) of .* on the ${target} target`);
      return Number(lines.map((line) => wanted.exec(line)?.[1]).find((found) => found !== undefined));
    };
    for (const target of ["wiggly", "smooth"])
      expect(share("smooth", target)).toBeGreaterThan(share("wiggly", target) + 0.1);
    const V = lines.flatMap((line) => /^V of .*: ([\d.]+)/.exec(line)?.[1] ?? []).map(Number);
    expect(V[0]).toBeGreaterThan(10 * V[1]);
    const figures = (await import(
      pathToFileURL(fileURLToPath(new URL("examples/02-one-dimension.ts", root))).href
    )) as {
      transferFigure: string;
      variabilityFigure: string;
    };
    const file = (name: string) => fileURLToPath(new URL(`docs/figures/${name}.svg`, root));
    await expect(figures.transferFigure).toMatchFileSnapshot(file("one-dimension-transfer"));
    await expect(figures.variabilityFigure).toMatchFileSnapshot(file("one-dimension-variability"));
  });

  it("the third attacks a surrogate of its own by an attack of its own, which transfers the more it may change", async () => {
    vi.resetModules();
    const lines = await outputOf("03-your-own.ts");
    const errors = (surrogate: string) =>
      lines
        .filter((line) => line.startsWith(`one step on ${surrogate}`))
        .map((line) => Number(/[\d.]+$/.exec(line)![0]));
    const [small, large] = errors("nearest-mean");
    expect(small).toBeGreaterThan(0.05);
    expect(large).toBeGreaterThan(small + 0.1);
    expect(errors("svm-rbf").length).toBe(2);
  });

  it("the README shows the first example", () => {
    const [, ...code] = read("examples/01-audit-a-model.ts").split("\n\n");
    expect(read("README.md")).toContain(`\`\`\`ts\n${code.join("\n\n")}\`\`\``);
  });
});

describe("the documents", () => {
  const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"].concat(
    readdirSync(fileURLToPath(new URL("docs", root)), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  );

  it("are all listed by docs/README.md, and so stand on the site", () => {
    const index = read("docs/README.md");
    const absent = documents.filter(
      (name) =>
        name !== "docs/README.md" && !index.includes(`](${name.replace(/^docs\/|^/, (m) => (m ? "" : "../"))})`),
    );
    expect(absent).toEqual([]);
  });

  it.each(documents)("%s links to files that exist", (document) => {
    const links = [...read(document).matchAll(/\]\(([^)#:]+)(#[^)]*)?\)/g)].map(([, target]) => target);
    const base = new URL(document, root);
    const broken = links.filter((target) => {
      try {
        readdirSync(fileURLToPath(new URL(target, base)));
        return false;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "ENOTDIR";
      }
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)("%s names files of this repository that exist, or that it makes", (document) => {
    const names = [...read(document).matchAll(/`((?:packages|docs|examples|bench|fixtures)\/[\w./-]+)`/g)].map(
      (m) => m[1],
    );
    const made = /\/dist(\/|$)/;
    const absent = names.filter((name) => {
      if (made.test(name)) return false;
      try {
        readdirSync(fileURLToPath(new URL(name, root)));
        return false;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== "ENOTDIR";
      }
    });
    expect(absent).toEqual([]);
  });
});
