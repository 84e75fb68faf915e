// Every fault of the input ends in the same way: status 2, one sentence, nothing written.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { beforeAll, describe, expect, it } from "vitest";
import { carom, contentOf, points, pointsFile, temporaryFolder } from "./run.ts";

const inputs = temporaryFolder();
const places = temporaryFolder();
const good = join(inputs, "good.npz");
const model = join(inputs, "model.onnx");

function file(name: string, content: Uint8Array | string): string {
  const path = join(inputs, name);
  writeFileSync(path, content);
  return path;
}

const { x, y } = points(40);
const budgets = Array.from({ length: 20_000 }, (_, i) => i + 1).join();
const taken = join(inputs, "taken");
const uneven = file("uneven.npz", writeNpz({ x, y: tensor("int32", [39], y.data.subarray(1)) }));
const nan = file(
  "nan.npz",
  writeNpz({
    x: tensor(
      "float32",
      [40, 4],
      x.data.map((value, i) => (i === 7 ? Number.NaN : value)),
    ),
    y,
  }),
);
const strange = file(
  "strange.npz",
  writeNpz({
    x,
    y: tensor(
      "int32",
      [40],
      y.data.map((label, i) => (i === 5 ? 4 : label)),
    ),
  }),
);
const wide = file(
  "wide.npz",
  writeNpz({ x: tensor("float32", [32, 5], x.data), y: tensor("int32", [32], y.data.subarray(8)) }),
);
const oneClass = file("one.npz", writeNpz({ x, y: tensor("int32", [40], new Int32Array(40).fill(3)) }));
const empty = file("empty.npz", "");
const emptyModel = file("empty.onnx", "");
const notOnnx = file("words.onnx", "these are words, and no model at all");
const text = file("table.xyz", "1 2 3");

beforeAll(async () => {
  writeFileSync(good, pointsFile(40));
  mkdirSync(taken);
  const fitted = await carom(["fit", "logistic", "--data", good, "--out", model, "--quiet"]);
  expect(fitted).toMatchObject({ status: 0, stderr: "" });
});

const fit = ["fit", "logistic", "--out", "new.onnx", "--data"];
const audit = ["audit", "--target", model, "--out", "run", "--data"];

const endless = file(
  "endless.yaml",
  "name: endless\nrepetitions: 1000000000\ndata: { train: digits }\nsplit: { target: 0.4, surrogate: 0.4, " +
    "attacked: 0.2 }\nsurrogates: [{ learner: logistic }]\ntargets: [{ learner: ridge }]\nattack: { norm: l2, " +
    "epsilons: [1] }\n",
);
const long = file("long.yaml", Array.from({ length: 20_000 }, (_, i) => `name${i}: 1\n`).join(""));
const deep = file("deep.yaml", `title:\n  ${"- ".repeat(20_000)}x\n`);
const alias = file("alias.yaml", "name: *nothing\n");
const nine = (name: string, of: string) => `${name}: &${name} [${new Array(9).fill(of).join(", ")}]\n`;
const aliases = file(
  "aliases.yaml",
  `${nine("a", "x")}${nine("b", "*a")}${nine("c", "*b")}${nine("d", "*c")}${nine("e", "*d")}`,
);
const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));

const faults: readonly (readonly [what: string, args: readonly string[], sentence: RegExp])[] = [
  ["x and y of different lengths", [...fit, uneven], /^invalid data: .*labels as rows, got 40 rows and 39 labels/],
  ["x and y of different lengths, in audit", [...audit, uneven], /^invalid data: .* 40 rows and 39 labels/],
  ["NaN features", [...fit, nan], /^invalid .*NaN/],
  ["NaN features, in audit", [...audit, nan], /^invalid .*NaN/],
  ["labels outside the model's classes", [...audit, strange], /^unknown class "4": expected classes 3, 7/],
  ["the same in score", ["score", "--model", model, "--data", strange], /^unknown class "4"/],
  [
    "a target class that does not exist",
    [...audit, good, "--target-class", "8"],
    /^unknown target class "8": expected one of 3, 7, got "8"; did you mean/,
  ],
  [
    "the same in the demonstration",
    ["audit", "--target-class", "7"],
    /^unknown target class "7": expected one of 8, 9/,
  ],
  ["values outside the declared box", [...fit, good, "--box", "0,0.5"], /^invalid .*0\.5/],
  ["values outside the box, in audit", [...audit, good, "--box", "0,0.5"], /^invalid .*0\.5/],
  ["a box in the wrong order", [...fit, good, "--box", "1,0"], /^invalid option --box: .*got "1,0"/],
  ["one class only", [...fit, oneClass], /^invalid training data: expected rows of at least two classes/],
  ["a file that is not there", [...fit, "nowhere.npz"], /^missing data file nowhere\.npz: .*no such file/],
  ["a model that is not there", ["audit", "--target", "no.onnx", "--data", good], /^missing model file no\.onnx/],
  ["an empty file", [...fit, empty], /^invalid .*empty\.npz/],
  ["a format nobody knows", [...fit, text], /^unsupported data file .*expected \.npz/],
  ["an empty model", ["score", "--model", emptyModel, "--data", good], /^invalid ONNX file/],
  ["no ONNX file", ["audit", "--target", notOnnx, "--data", good], /^invalid ONNX file/],
  ["no ONNX file, in score", ["score", "--model", notOnnx, "--data", good], /^invalid ONNX file/],
  ["a model that takes other rows", [...audit, wide], /^invalid data for .*rows of 4 features.*rows of 5/],
  ["the same in score", ["score", "--model", model, "--data", wide], /^invalid .*rows of 4 features.*rows of 5/],
  ["no --data", ["audit", "--target", model], /^missing option --data/],
  ["no --data, in fit", ["fit", "mlp", "--out", "new.onnx"], /^missing option --data/],
  ["no --data, in score", ["score", "--model", model], /^missing .*carom score: expected --data <file>/],
  ["no --out, in fit", ["fit", "mlp", "--data", good], /^missing option --out/],
  ["--data without --target", ["audit", "--data", good], /^missing option --target/],
  ["--box without --target", ["audit", "--box", "0,1"], /^missing option --target/],
  [
    "no verb",
    [],
    /^missing verb: expected one of (?=.*audit)(?=.*study)(?=.*fit)(?=.*score)(?=.*evade)(?=.*data)(?=.*store)/,
  ],
  ["an unknown verb", ["adit"], /^unknown verb "adit": .*did you mean "audit"\?/],
  ["an unknown verb of data", ["data", "inof", good], /^unknown verb of carom data "inof": .*did you mean "info"\?/],
  ["an unknown flag", ["audit", "--epsilom", "1"], /^unknown option of carom audit "--epsilom": .*mean "--epsilon"\?/],
  ["an unknown flag of a verb's verb", ["data", "info", good, "--jsno"], /"--jsno": .*did you mean "--json"\?/],
  ["one argument too many", ["score", "this", "--model", model, "--data", good], /^invalid arguments of carom score/],
  ["a flag without its value", ["audit", "--epsilon"], /^missing value of --epsilon/],
  ["an unknown learner", ["fit", "svm", "--data", good, "--out", "new.onnx"], /^unknown learner "svm": .*svm-linear/],
  ["an unknown option of a learner", [...fit, good, "--set", "c=1"], /^unknown option of logistic "c": .*mean "C"\?/],
  ["a value that the learner refuses", [...fit, good, "--set", "C=-1"], /^invalid option C of logistic: .*got -1/],
  ["a setting without a value", [...fit, good, "--set", "C"], /^invalid option --set: expected name=value/],
  ["epsilon 0", ["audit", "--epsilon", "0"], /^invalid option --epsilon: expected positive numbers/],
  ["epsilon -1", ["audit", "--epsilon", "-1"], /^invalid option --epsilon: expected positive numbers.*got "-1"/],
  ["epsilon abc", ["audit", "--epsilon", "abc"], /^invalid option --epsilon: expected positive numbers.*got "abc"/],
  ["20,000 budgets", ["audit", "--epsilon", budgets], /^invalid option --epsilon: expected at most 1000 .*got "20000"/],
  ["a seed that is no integer", ["audit", "--seed", "1.5"], /^invalid option --seed/],
  ["a share of 0", ["audit", "--surrogate-fraction", "0"], /^invalid option --surrogate-fraction/],
  ["an --out that exists", ["audit", "--out", taken], /^invalid output .*taken: .*got one that exists/],
  ["an --out that exists, in fit", ["fit", "mlp", "--data", good, "--out", good], /^invalid output .*one that exists/],
  ["an --out inside a file", ["audit", "--out", join(good, "run")], /^invalid output .*place that can be written to/],
  ["a read-only place", ["audit", "--out", "/proc/carom/run"], /^invalid output .*place that can be written to/],
  [
    "a read-only place, in fit",
    ["fit", "mlp", "--data", good, "--out", "/proc/carom.onnx"],
    /^invalid output .*place that can be written to/,
  ],
  [
    "an option that every object has",
    [...fit, good, "--set", "constructor=1"],
    /^unknown option of logistic "constructor"/,
  ],
  ["aliases that fill the memory", ["study", aliases], /^invalid study file .*Excessive alias count/],
  ["a study of more tasks than anyone waits for", ["study", endless, "--plan"], /^unsupported size of the study/],
  [
    "a study file that nobody wrote",
    ["study", long],
    /^unsupported study file .*expected at most 131072 bytes .*CAROM_LIMITS=written=/,
  ],
  ["levels without end", ["study", deep], /^invalid study file .*got parts in one another without end/],
  ["an alias of nothing", ["study", alias], /^invalid study file .*Unresolved alias/],
  [
    "a file name that ends as a folder's",
    ["fit", "mlp", "--data", good, "--out", "new/"],
    /^invalid output new\/: expected the name of a file/,
  ],
  ...(process.platform === "win32"
    ? []
    : [
        [
          "a device in place of a file",
          ["inspect", "/dev/zero"],
          /^invalid model file \/dev\/zero: .*got a special file/,
        ] as const,
      ]),
  ["--label for digits", ["data", "info", "digits", "--label", "y"], /^unsupported option --label for digits/],
];

describe.runIf(process.platform === "linux")("a place for output", () => {
  const through = (shell: string) =>
    spawnSync("bash", ["-c", `set -o pipefail; "${process.execPath}" "${main}" ${shell}`], { encoding: "utf8" });

  it("that closes early is no fault", () => {
    const { status, stdout, stderr } = through("fit --list | head -1");
    expect({ status, stderr, lines: stdout.split("\n").length }).toEqual({ status: 0, stderr: "", lines: 2 });
  });

  it("that is full is told in a sentence, where anybody can be told", () => {
    expect(through(`data info "${good}" > /dev/full`)).toMatchObject({
      status: 2,
      stderr:
        "carom: invalid standard output: expected a place that can be written to, got a full disk; send it elsewhere\n",
    });
    expect(through("data info nothing.npz 2> /dev/full")).toMatchObject({ status: 2, stdout: "" });
  });

  it("is none where the working folder was removed", () => {
    const gone = join(inputs, "gone");
    const { status, stderr } = spawnSync(
      "bash",
      ["-c", `mkdir "${gone}" && cd "${gone}" && rmdir "${gone}" && "${process.execPath}" "${main}" data info digits`],
      { encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([
      2,
      "carom: missing working folder: expected one that exists, got one that was removed; change to another (cd)\n",
    ]);
  });

  it("is no pipe that nobody writes to", () => {
    const pipe = join(inputs, "pipe.npz");
    spawnSync("mkfifo", [pipe]);
    const { status, stderr } = through(`data info "${pipe}"`);
    expect([status, stderr]).toEqual([2, expect.stringContaining("got a special file")]);
  });
});

describe("a fault of the input", () => {
  it.concurrent.each(faults)("%s: status 2, one sentence, nothing written", async (_, args, sentence) => {
    const cwd = mkdtempSync(join(places, "cwd-"));
    const { status, stdout, stderr } = await carom(args, { cwd });
    expect(stderr).toMatch(
      /^carom: (missing|invalid|unknown|unsupported) [^\n]+: expected [^\n]+, got [^\n]+; [^\n]+\n$/,
    );
    expect(stderr.slice("carom: ".length)).toMatch(sentence);
    expect([status, stdout, contentOf(cwd), contentOf(taken)]).toEqual([2, "", [], []]);
  });
});
