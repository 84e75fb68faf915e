// carom data: look at data, or fetch public ones.

import { basename } from "node:path";
import { featureCount, InputError } from "@carom/core";
import {
  areImages,
  bytesInWords,
  caseWarning,
  type DataReading,
  type DatasetDescription,
  describeDataset,
  readingParts,
} from "@carom/core/data";
import { proposeFeatures, writeProposal } from "@carom/core/features";
import { Command } from "commander";
import { loadDataset } from "../host/data.ts";
import { writeWhole } from "../host/output.ts";
import { requireFree } from "../host/outputPlace.ts";
import { print } from "../terminal/print.ts";
import { type DataFileOptions, withDataOptions, withExamples } from "../ui/dataOptions.ts";
import { type CommonOptions, printJson, withCommonOptions } from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import { dataGetCommand } from "./dataGet.ts";

/** `carom data info FILE` and `carom data get NAME`. */
export function dataCommand(command: Command): Command {
  const info = new Command("info")
    .description("rows, features, classes, range and repetitions of a data file")
    .argument("<file>", "the data, or digits")
    .action(async (file: string, options: CommonOptions & DataFileOptions) => {
      const { dataset, contentHash, identity, reading } = await loadDataset(file, options);
      const description = describeDataset(dataset);
      if (options.json) printJson({ file, contentHash, identity, reading, ...description });
      else print(sheet(file, contentHash, reading, description));
    });
  const describe = new Command("describe")
    .description("propose a features file from the rows of a table: kinds, bounds, scales, one-hot groups, relations")
    .argument("<file>", "the table")
    .option("--model <file>", "an ONNX classifier: the columns that it takes by name are the features")
    .option("--write <file>", "write the features file there in place of printing it")
    .action(describeFeatures);
  return command
    .addCommand(withExamples(withCommonOptions(withDataOptions(info)), "carom data info digits"))
    .addCommand(
      withExamples(withCommonOptions(withDataOptions(describe)), "carom data describe train.csv --write features.yaml"),
    )
    .addCommand(dataGetCommand());
}

/** Features of a table beyond which nobody corrects a file by hand. */
const MOST_FEATURES = 5000;

async function describeFeatures(
  file: string,
  options: CommonOptions & DataFileOptions & { readonly model?: string; readonly write?: string },
): Promise<void> {
  if (options.write !== undefined) await requireFree(options.write, "file");
  const { dataset } = await readDataFor(options.model, file, options);
  const d = featureCount(dataset);
  if (areImages(dataset.featureShape) || d > MOST_FEATURES) {
    throw new InputError("unsupported", `columns of ${file}`, {
      expected: `a table of up to ${MOST_FEATURES} columns`,
      got: areImages(dataset.featureShape) ? `images [${dataset.featureShape}]` : `${d}`,
      remedy: "say what holds of all features with --kind, --mask and --box",
    });
  }
  const proposal = proposeFeatures(dataset);
  const text = writeProposal(proposal, basename(file));
  if (options.write !== undefined) await writeWhole(options.write, new TextEncoder().encode(text));
  if (options.json)
    return printJson({ file, ...proposal, ...(options.write !== undefined && { written: options.write }) });
  print(
    options.write === undefined ? text : `Proposal: ${options.write}, to be read and corrected before it is used.\n`,
  );
}

/** Names that are shown. */
const SHOWN = 20;

function sheet(file: string, contentHash: string, reading: DataReading, data: DatasetDescription): string {
  const classes = data.classes.map(({ name, rows }) => `${name} (${rows})`).join(", ");
  const alike = caseWarning(data.classes.map(({ name }) => name));
  const shown = data.featureNames?.slice(0, SHOWN).join(", ");
  const names = shown && `${shown}${data.features > SHOWN ? `, ... (${data.features})` : ""}`;
  const told = readingParts(reading).slice(2).join(", ");
  const lines: readonly (readonly [string, string])[] = [
    ["file", file],
    ["sha256", contentHash],
    ...(told ? ([["read as", told]] as const) : []),
    ["rows", `${data.rows}, ${data.distinctRows} distinct, ${data.contradictoryRows} of them with several labels`],
    ["features", `${data.features}, shape [${data.featureShape}], ${data.constantFeatures} constant`],
    ...(names ? ([["names", names]] as const) : []),
    ["classes", classes],
    ...(alike ? ([["warning", alike]] as const) : []),
    ["range", `${data.range[0]} to ${data.range[1]}`],
    [
      "box",
      data.bounds === "shared"
        ? `${data.box[0]} to ${data.box[1]}`
        : "each feature has bounds of its own: its least and its greatest value",
    ],
    ["non-zeros", `${(100 * data.density).toFixed(1)} %`],
    ["storage", `${data.storage} ${data.elementType}, ${bytesInWords(data.bytes)}`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join("");
}
