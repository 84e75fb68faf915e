// Words that mean something to one program or another, and mutations of text and of documents that use them.

/** @typedef {import("@carom/core").Stream} Stream */

/** @template T @param {readonly T[]} list @param {Stream} random @returns {T} */
export const pick = (list, random) => list[random.integer(list.length)];

/** Words that a reader may take for more than they are. */
export const WORDS = [
  "nan",
  "inf",
  "-inf",
  "-0",
  "1e308",
  "1e309",
  "-1",
  "0",
  "0x10",
  "1_000",
  "999999999999999999999999",
  "9007199254740993",
  "true",
  "null",
  "NaN",
  "",
  " ",
  "'",
  '"',
  '""',
  "\0",
  "\ufeff",
  "\u202e",
  "\x1b[31m",
  "\x1b]0;named\x07",
  "\r",
  "\n",
  "\t",
  "\u2028",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "=1+1",
  "@SUM(A1)",
  "+1",
  "-1+1",
  "*nothing",
  "&a ",
  "<<: ",
  "!!binary ",
  "!!js/function ",
  "[[[[",
  "{{{{",
  "]]",
  "}}",
  "|",
  ">",
  "---\n",
  "- ",
  ": ",
  ": :",
  "#",
  "?",
  "$(touch carom-was-here)",
  "`touch carom-was-here`",
  "../../carom-was-here",
  "/tmp/carom-was-here",
  "file:///etc/passwd",
  "\\\\host\\share",
  "C:\\",
  "%s%n",
  "$\u007bHOME}",
  "$PATH",
  "a".repeat(5000),
  "1:1",
  "2147483647:1",
  "4294967296:1",
  "-1:1",
  "0:1",
  "1:nan",
  "1:",
  ":1",
  "1:1e999",
  "2:1 1:1",
  "qid:1",
  "1,2",
  "1,,2",
  "١٢",
  "é",
  "🎯",
];

/** A cell, a word or a line of a text is another. @param {Buffer} bytes @param {Stream} random */
export function text(bytes, random) {
  const content = bytes.toString("latin1");
  const lines = content.split("\n");
  const i = random.integer(lines.length);
  const word = Buffer.from(pick(WORDS, random)).toString("latin1");
  const kind = random.integer(9);
  if (kind < 4) {
    const cells = lines[i].split(/([,; \t:]+)/);
    cells[random.integer(cells.length)] = word;
    lines[i] = cells.join("");
  } else if (kind === 4) lines.splice(i, 0, lines[random.integer(lines.length)] + word);
  else if (kind === 5) lines.splice(i, 1);
  else if (kind === 6) return Buffer.from(content.replaceAll(pick([",", "\n", " ", ":", "1"], random), word), "latin1");
  else if (kind === 7) return Buffer.from(content, pick(["utf16le", "latin1"], random));
  else {
    const at = random.integer(content.length + 1);
    return Buffer.from(content.slice(0, at) + word + content.slice(at + random.integer(20)), "latin1");
  }
  return Buffer.from(lines.join("\n"), "latin1");
}

/** Values that a document may hold where another is expected. */
const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  1e-308,
  2 ** 53,
  1e21,
  "",
  "x",
  "1",
  "NaN",
  [],
  {},
  [[]],
  [null],
  [[1, 2], [3]],
  { "": 0 },
  "__proto__",
  "constructor",
  "\u202e",
  "\x1b[2J",
  "a".repeat(5000),
  Array.from({ length: 2000 }, () => 0),
  { toString: 1 },
  [{}],
];

/**
 * A document with a value, a name or a length changed somewhere.
 * @param {unknown} document
 * @param {Stream} random
 * @returns {unknown}
 */
export function changed(document, random) {
  const copy = structuredClone(document);
  /** @type {{ parent: any, key: string | number }[]} */
  const places = [];
  const visit = (/** @type {any} */ node) => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      places.push({ parent: node, key });
      visit(node[key]);
    }
  };
  visit(copy);
  if (places.length === 0) return pick(VALUES, random);
  const { parent, key } = pick(places, random);
  const kind = random.integer(5);
  if (kind < 2) parent[key] = pick(VALUES, random);
  else if (kind === 2 && Array.isArray(parent)) parent.splice(Number(key), 1);
  else if (kind === 2) delete parent[key];
  else if (kind === 3 && Array.isArray(parent)) parent.push(parent[Number(key)]);
  else if (kind === 3)
    Object.defineProperty(parent, pick(WORDS, random), {
      value: parent[key],
      enumerable: true,
      configurable: true,
      writable: true,
    });
  else parent[key] = Array.isArray(parent[key]) ? parent[key][0] : [parent[key]];
  return copy;
}
