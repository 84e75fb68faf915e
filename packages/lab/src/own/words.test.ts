// What the page says of the user's files names what stands on the page.

import { describe, expect, it, test } from "vitest";
import { readOwnData } from "./read.ts";
import { inPageWords } from "./words.ts";

const csv = (text: string) => ({ name: "rows.csv", bytes: new TextEncoder().encode(text) });

describe("words of the page", () => {
  test.each([
    ["name the array of labels with --label", 'name the array of labels with "Labels in"'],
    ['with --label: --label "kind" if it does', 'with "Labels in": "kind" in "Labels in" if it does'],
    ["Without a box (--box) each", 'Without a box ("Features between") each'],
    [
      'separator ";" (--separator), names on top (--names)',
      'separator ";" ("Separator"), names on top ("Names on top")',
    ],
    ["say --names yes or --names no", 'say yes in "Names on top" or no in "Names on top"'],
    ["say --decimal , for the first", 'say "," in "Decimal mark" for the first'],
    ["--missing median or --missing drop", 'median in "Missing values" or drop in "Missing values"'],
    ["invalid option --missing: expected", 'invalid field "Missing values": expected'],
    ["read by another (--unheard)", "read by another"],
    [
      "leave out --attack-at",
      "leave out --attack-at (this page has no field for --attack-at, which the command carom has)",
    ],
    ["nothing of the kind -- at all", "nothing of the kind -- at all"],
  ])("%s", (said, expected) => expect(inPageWords(said)).toBe(expected));

  it("are those of a table that was read", async () => {
    const { reading } = await readOwnData(csv("a;b;kind\n1;2;x\n3;5;y\n2;2;x\n5;3;y\n"), {}, []);
    expect(reading).toContain('"Labels in"');
    expect(reading).not.toContain("--");
  });

  it("are those of one that is refused", async () => {
    const read = readOwnData(csv("a,b\n1.5,2.25\n3.5,5.75\n2.1,2.2\n"), {}, []);
    const fault = await read.catch(({ message }: Error) => message);
    expect(fault).toContain("--label");
    expect(inPageWords(String(fault))).toContain('"Labels in"');
  });
});
