// Random tables, written in every dialect, are read back as they were.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Separator } from "./dialect.ts";
import type { Encoding } from "./encoding.ts";
import type { TableOptions } from "./options.ts";
import { tableReader } from "./readTable.ts";

interface Style {
  readonly separator: Separator;
  readonly decimal: "." | ",";
  readonly newline: string;
  readonly encoding: Encoding;
  readonly mark: boolean;
  readonly quotes: "none" | "texts" | "all";
  readonly header: "names" | "numbers" | "none";
  readonly end: boolean;
  readonly trailing: boolean;
  readonly spaces: boolean;
}

const style = fc.record<Style>({
  separator: fc.constantFrom<Separator>(",", ";", "\t", "|", " "),
  decimal: fc.constantFrom(".", ","),
  newline: fc.constantFrom("\n", "\r\n", "\r"),
  encoding: fc.constantFrom<Encoding>("utf-8", "utf-16le", "utf-16be"),
  mark: fc.boolean(),
  quotes: fc.constantFrom("none", "texts", "all"),
  header: fc.constantFrom("names", "numbers", "none"),
  end: fc.boolean(),
  trailing: fc.boolean(),
  spaces: fc.boolean(),
});

const word = fc.constantFrom(
  "cat",
  "dog",
  "owl #2",
  "a;b",
  "x, y",
  'die "Maus"',
  "naïve",
  "C|D",
  "日本",
  "line\nend",
  "1 b",
);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.integer({ min: -1000, max: 1000 }),
);

/**
 * Features with a fraction somewhere in each row, so that nothing is ambiguous; labels of two kinds, each twice at
 * least.
 */
const table = fc
  .record({
    columns: fc.integer({ min: 1, max: 4 }),
    words: fc.uniqueArray(word, { minLength: 2, maxLength: 4 }),
    isWord: fc.boolean(),
    place: fc.nat(),
    rows: fc.integer({ min: 8, max: 30 }),
  })
  .chain(({ columns, words, isWord, place, rows }) =>
    fc.record({
      features: fc.array(fc.array(number, { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
      labels: fc.constant(Array.from({ length: rows }, (_, i) => (isWord ? words[i % 2] : String(i % 2)))),
      place: fc.constant(place % (columns + 1)),
    }),
  )
  .map(({ features, labels, place }) => ({
    // A first row that is neither names nor ambiguous, and a mark that can be told from that of thousands.
    features: features.map((row, i) => (i === 0 ? row.map((_, j) => 0.25 + j) : row)),
    labels,
    place,
  }));

function write({ features, labels, place }: { features: number[][]; labels: string[]; place: number }, s: Style) {
  const isText = (text: string) => Number.isNaN(Number(text));
  const cell = (text: string) => {
    const needed = /["\n\r]/.test(text) || text.includes(s.separator) || (s.separator === " " && /\s/.test(text));
    const commas = s.separator === "," && text.includes(",");
    const isQuoted = needed || commas || s.quotes === "all" || (s.quotes === "texts" && isText(text));
    return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const withLabel = (cells: string[], label: string) => [...cells.slice(0, place), label, ...cells.slice(place)];
  const names = features[0].map((_, j) => (s.header === "numbers" ? String(j) : `f ${j}`));
  const lines = [
    ...(s.header === "none" ? [] : [withLabel(names, "label")]),
    ...features.map((row, i) =>
      withLabel(
        row.map((value) => String(value).replace(".", s.decimal)),
        labels[i],
      ),
    ),
  ].map((cells) => {
    const line = cells.map(cell).join(s.spaces && s.separator !== " " ? `${s.separator} ` : s.separator);
    return s.trailing && s.separator !== " " ? `${line}${s.separator}` : line;
  });
  return encode(`${lines.join(s.newline)}${s.end ? s.newline : ""}`, s);
}

function encode(text: string, { encoding, mark }: Style): Uint8Array {
  const marked = mark ? `\ufeff${text}` : text;
  if (encoding === "utf-8") return new TextEncoder().encode(marked);
  const bytes = new Uint8Array(2 * marked.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < marked.length; i++) view.setUint16(2 * i, marked.charCodeAt(i), encoding === "utf-16le");
  return bytes;
}

/** Reads bytes in pieces that end wherever it is worst, each in the same place in memory. */
function readInPieces(bytes: Uint8Array, sizes: readonly number[], options: TableOptions) {
  const read = (reader: ReturnType<typeof tableReader>) => {
    const place = new Uint8Array(Math.max(...sizes));
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = Math.min(sizes[i % sizes.length], bytes.length - at);
      place.set(bytes.subarray(at, at + size));
      reader.push(place.subarray(0, size));
      at += size;
    }
    return reader.end();
  };
  const narrow = tableReader("t.csv", options, "float32");
  return read(narrow) ?? read(narrow.inFloat64())!;
}

describe("tables in every dialect", () => {
  it("are read back equal, with a label anywhere, from pieces of any size", () => {
    fc.assert(
      fc.property(table, style, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (t, s, sizes) => {
        const label = s.header === "none" ? { label: String(t.place + 1) } : {};
        const found = readInPieces(write(t, s), sizes, label);
        const isSingle = found.features.type === "float32";
        const values = t.features.flat().map((value) => (isSingle ? Math.fround(value) : value) + 0);
        expect(Array.from(found.features.data, (value) => value + 0)).toEqual(values);
        expect(Array.from(found.labels, (k) => found.classNames[k])).toEqual(t.labels);
        const names = t.features[0].map((_, j) => (s.header === "numbers" ? String(j) : `f ${j}`));
        expect(found.featureNames).toEqual(s.header === "none" ? undefined : names);
        expect(found.reading).toMatchObject({ separator: s.separator, encoding: s.encoding });
      }),
      { numRuns: 1000 },
    );
  });

  it("are read the same where everything that is recognised is said", () => {
    fc.assert(
      fc.property(table, style, (t, s) => {
        const bytes = write(t, s);
        const label = s.header === "none" ? String(t.place + 1) : undefined;
        const guessed = readInPieces(bytes, [2 ** 20], { label });
        const { separator, decimal, encoding } = s;
        const said = { separator, decimal, encoding, names: s.header !== "none", label };
        expect({ ...readInPieces(bytes, [2 ** 20], said), reading: 0 }).toEqual({ ...guessed, reading: 0 });
      }),
      { numRuns: 200 },
    );
  });
});

describe("a last column beside one that tells the same", () => {
  const onehot = (rows: number, odd = false) =>
    [
      "a,is cat,is dog",
      ...Array.from({ length: rows }, (_, i) => `${i / 7 + 0.5},${i % 2},${odd && i === 3 ? 1 : 1 - (i % 2)}`),
    ].join("\n");
  const read = (text: string, options: TableOptions = {}) =>
    readInPieces(new TextEncoder().encode(text), [2 ** 20], options);

  it("is refused, unless it is said which holds the labels", () => {
    expect(() => read(onehot(20))).toThrow(/several: "is cat" and "is dog", each of which tells the other/);
    expect(read(onehot(20), { label: "is dog", drop: ["is cat"] }).features.shape).toEqual([20, 1]);
    expect(read(onehot(20), { drop: ["is cat"] }).reading.label).toBe("is dog");
  });

  it("is taken where they differ in a row, or where so few rows would be alike by chance", () => {
    expect(read(onehot(20, true)).reading.label).toBe("is dog");
    expect(read(onehot(6)).reading.label).toBe("is dog");
  });
});
