// carom data: look at data, or fetch public ones.

import { type DataReading, type DatasetDescription, describeDataset, readingParts } from "@carom/core/data";
import { Command } from "commander";
import { loadDataset } from "../host/data.ts";
import { print } from "../terminal/print.ts";
import {
  type CommonOptions,
  type DataFileOptions,
  printJson,
  withCommonOptions,
  withDataOptions,
  withExamples,
} from "../ui/options.ts";
import { dataGetCommand } from "./dataGet.ts";

/** `carom data info FILE` and `carom data get NAME`. */
export function dataCommand(): Command {
  const info = new Command("info")
    .description("rows, features, classes, range and repetitions of a data file")
    .argument("<file>", "the data, or digits")
    .action(async (file: string, options: CommonOptions & DataFileOptions) => {
      const { dataset, contentHash, reading } = await loadDataset(file, options);
      const description = describeDataset(dataset);
      if (options.json) printJson({ file, contentHash, reading, ...description });
      else print(sheet(file, contentHash, reading, description));
    });
  return new Command("data")
    .description("look at data, or fetch public ones")
    .addCommand(withExamples(withCommonOptions(withDataOptions(info)), "carom data info digits"))
    .addCommand(dataGetCommand());
}

/** Names that are shown. */
const SHOWN = 20;

function sheet(file: string, contentHash: string, reading: DataReading, data: DatasetDescription): string {
  const classes = data.classes.map(({ name, rows }) => `${name} (${rows})`).join(", ");
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
    ["range", `${data.range[0]} to ${data.range[1]}`],
    [
      "box",
      data.bounds === "shared"
        ? `${data.box[0]} to ${data.box[1]}`
        : "each feature has bounds of its own: its least and its greatest value",
    ],
    ["non-zeros", `${(100 * data.density).toFixed(1)} %`],
    ["storage", `${data.storage} ${data.elementType}, ${(data.bytes / 2 ** 20).toFixed(1)} MB`],
  ];
  return lines.map(([name, value]) => `${name.padEnd(10)}${value}\n`).join("");
}
