// What decides which rows a service is sent: audits that would send the same rows share one count of queries.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { points, pointsFile, temporaryFolder } from "../../test/run.ts";
import { questionHash } from "./auditService.ts";
import { type AuditOptions, loadUserData, splitUserData } from "./auditSubject.ts";

const folder = temporaryFolder();
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const { x, y } = points(60);
const row = (i: number) => [
  ...Array.from(x.data.slice(4 * i, 4 * i + 4), (value) => value.toFixed(3)),
  i % 5 ? 1 : "?",
  i % 3 ? 1 : 0,
  y.data[i],
];
const table = write("t.csv", `a,b,c,d,e,f,y\n${Array.from(y.data, (_, i) => row(i).join(",")).join("\n")}\n`);
const asked: AuditOptions = { data: table, missing: 0, seed: 0, norm: "l2", labels: "true", surrogateFraction: 1 };

async function hashOf(changes: Partial<AuditOptions>): Promise<string> {
  const options = { ...asked, ...changes };
  return questionHash(await splitUserData(await loadUserData(options), options, (data) => data), options);
}

it.each<Partial<AuditOptions>>([
  { seed: 1 },
  { norm: "l1" },
  { labels: "target" },
  { epsilon: [1] },
  { points: 7 },
  { surrogateFraction: 0.5 },
  { estimateAlignment: 5 },
  { data: write("other.npz", pointsFile(50)), missing: undefined },
  { train: write("train.csv", `a,b,c,d,e,f,y\n${row(3).join(",")}\n${row(8).join(",")}\n${row(4).join(",")}\n`) },
  { drop: ["a"] },
  { missing: 0.5 },
  { box: [0, 2] },
  { label: "f" },
  { scaling: "none" },
  { units: "features" },
  { surrogates: ["ridge"] },
])("another choice that changes the rows is another question: %j", async (changes) => {
  expect(await hashOf(changes)).not.toBe(await hashOf({}));
});

it.each<readonly [Partial<AuditOptions>, Partial<AuditOptions>]>([
  [{ drop: ["a", "b"] }, { drop: ["b", "a", "1"] }],
  [{ label: "y" }, { label: "last" }],
  [{ points: 1000 }, {}],
  [{ estimateAlignment: true }, { estimateAlignment: 20 }],
  [{ workers: 1, out: "there", json: true, quiet: true, maxQueries: 5, retries: 0, batch: 1 }, {}],
  [{ data: write("moved.csv", `a,b,c,d,e,f,y\n${Array.from(y.data, (_, i) => row(i).join(",")).join("\r\n")}`) }, {}],
])("another spelling is the same question: %j is %j", async (one, other) => {
  expect(await hashOf(one)).toBe(await hashOf(other));
});
