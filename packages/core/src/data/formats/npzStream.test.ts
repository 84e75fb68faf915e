import { constants, crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { type Rows, rowsOf } from "../../rows.ts";
import { type ElementType, type Tensor, tensor } from "../../tensor.ts";
import { writeNpy } from "./npy.ts";
import { openNpz, openNpzFile } from "./npz.ts";
import { npzPieces, type PiecePacker } from "./npzStream.ts";
import { bytesSource, type Unpacker } from "./zip.ts";

async function join(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** The same rows, which are read where they are. */
const elsewhere = (x: Tensor): Rows<ElementType> => {
  const { type, shape, read } = rowsOf(x);
  return { type, shape, read };
};

const unpacker: Unpacker = {
  async *inflate(pieces) {
    const all: Uint8Array[] = [];
    for await (const piece of pieces) all.push(piece.slice());
    // In pieces of another size than those that were compressed.
    const bytes = inflateRawSync(Buffer.concat(all));
    for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777);
  },
  crc32,
};

test("what is written in pieces is read back whole, and by blocks, whatever the sizes and wherever rows are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(50),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.integer(), { maxLength: 30 }),
      async (n, d, list) => {
        const numbers = Float32Array.from({ length: n * d }, (_, i) => Math.fround(Math.sin(i)));
        const x = tensor("float32", [n, d], numbers);
        const y = tensor("int32", [list.length], Int32Array.from(list));
        const bytes = await join(npzPieces({ x: elsewhere(x), y }));
        expect(Buffer.compare(bytes, await join(npzPieces({ x, y })))).toBe(0);
        const archive = openNpz(bytes);
        expect(archive.names).toEqual(["x", "y"]);
        expect(archive.read("x")).toEqual(x);
        expect(archive.read("y")).toEqual(y);
        const found: number[] = [];
        for await (const block of (await openNpzFile(bytesSource(bytes), unpacker)).blocks("x")) {
          expect(block.shape.slice(1)).toEqual([d]);
          found.push(...(block.data as Float32Array));
        }
        expect(found).toEqual([...numbers]);
      },
    ),
  );
});

test("pieces that a host compresses, in whatever order they are done, make an archive of the same arrays", async () => {
  const x = tensor(
    "float64",
    [900, 1000],
    Float64Array.from({ length: 900_000 }, (_, i) => (i % 5 === 0 ? 0 : Math.sin(i))),
  );
  const y = tensor("int32", [0], new Int32Array(0));
  let [begun, most] = [0, 0];
  const pack: PiecePacker = async (piece) => {
    most = Math.max(most, ++begun);
    // Every other piece is done late.
    await new Promise((done) => setTimeout(done, begun % 2 === 0 ? 5 : 0));
    begun--;
    return deflateRawSync(piece, { finishFlush: constants.Z_FULL_FLUSH });
  };
  const bytes = await join(npzPieces({ x: elsewhere(x), y }, { pack, crc32 }));
  expect(most).toBeGreaterThan(1);
  expect(bytes.length).toBeLessThan(x.data.byteLength);
  expect(Buffer.compare(bytes, await join(npzPieces({ x, y }, { pack, crc32 })))).toBe(0);
  const archive = openNpz(bytes);
  expect(archive.read("x")).toEqual(x);
  expect(archive.read("y")).toEqual(y);
});

test("blocks hold whole rows of any type and order, fewer than all where there are many", async () => {
  const x = tensor(
    "float64",
    [400, 1000],
    Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i)),
  );
  const fortran = writeNpy(x);
  fortran.set(new TextEncoder().encode("True, "), Buffer.from(fortran).indexOf("False,"));
  const bytes = zipSync({ "x.npy": writeNpy(x), "f.npy": fortran });
  const archive = await openNpzFile(bytesSource(bytes), unpacker);
  const blocks: Tensor[] = [];
  for await (const block of archive.blocks("x")) blocks.push(block);
  expect(blocks.length).toBeGreaterThan(2);
  expect(blocks.flatMap(({ data }) => [...(data as Float64Array)])).toEqual([...x.data]);
  const transposed: Tensor[] = [];
  for await (const block of archive.blocks("f")) transposed.push(block);
  expect(transposed).toEqual([await archive.read("f")]);
});

test("arrays of more than one piece come out in more than one, and equal arrays give equal bytes", async () => {
  const noise = Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i * i));
  const x = tensor("float64", [400_000], noise);
  let pieces = 0;
  for await (const _ of npzPieces({ x })) pieces++;
  expect(pieces).toBeGreaterThan(3);
  const [once, again] = [await join(npzPieces({ x })), await join(npzPieces({ x: elsewhere(x) }))];
  expect(Buffer.compare(once, again)).toBe(0);
  const { data } = openNpz(once).read("x");
  expect(data.length === noise.length && noise.every((value, i) => value === data[i])).toBe(true);
});
