// What is said of data, in the words of whoever wrote a study.

import { studySchema } from "@carom/core/study";
import { expect, it } from "vitest";
import { inStudyWords } from "./studyWords.ts";

it("every option about data becomes the field of that name, and no other option does", () => {
  // --classes names those of a model; which rows are kept has no option.
  for (const field of Object.keys(studySchema.shape.data.shape).filter((field) => field !== "classes")) {
    const option = field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(inStudyWords(`(x; --${option})`)).toContain(`data.${field}`);
    expect(inStudyWords(`(x; --${option})`)).not.toContain("--");
  }
  expect(inStudyWords("say so with --classes no,yes")).toBe("say so with classes: [no, yes]");
  expect(inStudyWords("--units ranges measures each")).toBe("attack.units: ranges measures each");
  expect(inStudyWords("see --list, --boxes and --drop-all")).toBe("see --list, --boxes and --drop-all");
});

it("values that stand as examples are written as in a file, words that follow are left", () => {
  const said: Readonly<Record<string, string>> = {
    "with --missing, for instance --missing 0": "with data.missing, for instance data.missing: 0",
    "--missing median or --missing drop": "data.missing: median or data.missing: drop",
    'out with --drop "a b", or name it with --label if it':
      'out with data.drop: ["a b"], or name it with data.label if it',
    "say --drop first to leave it out": "say data.drop: [first] to leave it out",
    'say --drop "a,b c" to leave them out': 'say data.drop: ["a", "b c"] to leave them out',
    "say --names yes or --names no": "say data.names: true or data.names: false",
    "say --decimal , for the first": 'say data.decimal: "," for the first',
    "say --zero-based if they": "say data.zeroBased: true if they",
    "(from 0 with --zero-based)": "(from 0 with data.zeroBased: true)",
    "for instance --encoding latin1": "for instance data.encoding: latin1",
  };
  for (const [sentence, wanted] of Object.entries(said)) expect(inStudyWords(sentence)).toBe(wanted);
});
