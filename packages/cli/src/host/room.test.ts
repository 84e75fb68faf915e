import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { dataset, memoryStore, tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { planFit, planMatrix, startPlan } from "@carom/core/study";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadDataset } from "./data.ts";
import { plannedBytes, requireRoomOnDisk } from "./room.ts";

const folder = mkdtempSync(join(tmpdir(), "carom-room-"));
const before = process.env.CAROM_MEMORY;
// 100 kB.
beforeAll(() => {
  process.env.CAROM_MEMORY = "1e-4";
});
afterAll(() => {
  if (before === undefined) delete process.env.CAROM_MEMORY;
  else process.env.CAROM_MEMORY = before;
  rmSync(folder, { recursive: true });
});
const file = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
const idx = (type: number, shape: number[], elements: Uint8Array) => {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  header.setUint32(0, (type << 8) | shape.length);
  shape.forEach((length, axis) => {
    header.setUint32(4 + 4 * axis, length);
  });
  return Buffer.concat([new Uint8Array(header.buffer), elements]);
};

it("what unpacks to more than there may be in memory is refused, whatever holds it, and what fits is read", async () => {
  const archive = (n: number) =>
    writeNpz({
      x: tensor(
        "float32",
        [n, 2],
        Float32Array.from({ length: 2 * n }, (_, i) => i % 2),
      ),
      y: labels(n),
    });
  const labels = (n: number) =>
    tensor(
      "uint8",
      [n],
      Uint8Array.from({ length: n }, (_, i) => i % 2),
    );
  const pictures = (n: number) => [
    file(`images${n}-idx3-ubyte.gz`, gzipSync(idx(8, [n, 2, 2], new Uint8Array(4 * n).fill(7)))),
    file(`labels${n}-idx1-ubyte.gz`, gzipSync(idx(8, [n], labels(n).data))),
  ];
  const refused = { message: expect.stringMatching(/at most 0\.1 MB in memory, got .*set CAROM_MEMORY to more/) };
  expect((await loadDataset(file("small.npz", archive(100)))).reading.rows).toBe(100);
  expect((await loadDataset(pictures(100).join(","))).reading.rows).toBe(100);
  for (const large of [
    file("large.npz", archive(20_000)),
    file("large.npz.gz", gzipSync(archive(20_000), { level: 0 })),
    pictures(40_000).join(","),
    file("large.pickle", gzipSync(new Uint8Array(200_000).fill(0x80))),
  ]) {
    await expect(loadDataset(large), large).rejects.toMatchObject(refused);
  }
});

it("results that the disk has no room for are refused before anything is computed, with what they would take", async () => {
  const plan = startPlan();
  const [n, d] = [1000, 30];
  const rows = Float32Array.from({ length: d * n }, (_, i) => Math.sin(i));
  const attacked = plan.data(
    dataset({ features: tensor("float32", [n, d], rows), labels: Int32Array.from({ length: n }, (_, i) => i % 2) }),
  );
  const training = { learner: "ridge", options: {}, training: attacked, label: "A" };
  const model = planFit(plan, "A", training, { seed: 1, prefix: "" });
  const craft = { norm: "l2", epsilons: [0.1, 0.2], seed: 1 } as const;
  const about = { ...craft, attacked, pool: attacked, prefix: "" };
  planMatrix(plan, { ...about, participants: [{ id: "A", role: "target", model, judges: ["A"] }] });
  const store = memoryStore();
  const planned = await plannedBytes(plan, store);
  const { bytes, largest } = planned;
  // The points of both budgets are the largest; beside them stand data, gradients, and little of other tasks.
  expect(largest).toBe(2 * 4 * d * n);
  expect(bytes).toBeGreaterThan(4 * 4 * d * n);
  expect(() => requireRoomOnDisk("here", planned, 2, bytes + 2 * largest)).not.toThrow();
  const refused = () => requireRoomOnDisk("here", planned, 2, bytes + 2 * largest - 1);
  expect(refused).toThrow(/size: expected at most .* MB, which the disk of the store here has free, got about .* MB;/);
  expect(refused).toThrow(/give about 9\d\d of 1000 points, fewer models or budgets, make space/);
  for (const [key, source] of plan.sources) await store.write(key, source);
  expect((await plannedBytes(plan, store)).bytes).toBe(bytes - 4 * d * n - 4 * n - 2 * 8 * d);
});

/** What an audit of a thousand sparse rows of a million columns would write. */
async function plannedOfSparse(norm: "l0" | "l1" | "l2", points: number) {
  const plan = startPlan();
  const [perRow, columns] = [100, 1_000_000];
  const index = Int32Array.from({ length: points * perRow }, (_, k) => (k % perRow) * 1000 + Math.floor(k / perRow));
  const start = Int32Array.from({ length: points + 1 }, (_, i) => i * perRow);
  const features = { rows: points, columns, start, index, value: new Float32Array(index.length).fill(1) };
  const labels = Int32Array.from({ length: points }, (_, i) => i % 2);
  const attacked = plan.data(dataset({ features, labels, domain: [0, 1] }));
  const training = { learner: "ridge", options: {}, training: { ...attacked, rows: 50_000 }, label: "A" };
  const model = planFit(plan, "A", training, { seed: 1, prefix: "" });
  const about = { norm, epsilons: [2, 20, 200], seed: 1, attacked, pool: attacked, prefix: "" };
  planMatrix(plan, { ...about, participants: [{ id: "A", role: "target", model, judges: ["A"] }] });
  return plannedBytes(plan, memoryStore());
}

it("sparse rows of a million columns need little under L0 and L1, and under L2 as many points as are told fit", async () => {
  for (const norm of ["l0", "l1"] as const) expect((await plannedOfSparse(norm, 200)).bytes).toBeLessThan(5e7);
  const dense = await plannedOfSparse("l2", 200);
  // Four bytes for each feature at three budgets; a model, slopes and bounds beside it.
  expect(dense.bytes).toBeGreaterThan(3 * 4 * 200 * 1_000_000);
  expect(dense.bytes).toBeLessThan(3 * 4 * 200 * 1_000_000 + 5e7);
  const free = 2e9;
  const message = await Promise.resolve(dense)
    .then((planned) => requireRoomOnDisk("here", planned, 2, free))
    .catch((error: Error) => error.message);
  const told = Number(
    /give about (\d+) of 200 points, .*--norm l1 or l0, which change few features/.exec(`${message}`)?.[1],
  );
  const room = async (points: number) => {
    const planned = await plannedOfSparse("l2", points);
    return planned.bytes + 2 * planned.largest;
  };
  expect(await room(told)).toBeLessThanOrEqual(free);
  expect(await room(Math.ceil(1.1 * told))).toBeGreaterThan(free);
});
