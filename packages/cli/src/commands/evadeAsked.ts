// What `carom evade` is asked: which rows of which data are attacked on which models, by whom, within which threat.

import {
  type Attacker,
  buildAttacker,
  type Dataset,
  type FloatType,
  featureCount,
  InputError,
  type Runtime,
  rowCount,
  type ThreatModel,
} from "@carom/core";
import { type Objective, objectiveByName } from "@carom/core/attacks";
import { areImages } from "@carom/core/data";
import { threatOfFeatures } from "@carom/core/features";
import { processorLimits, rowsOfChunk } from "@carom/core/models";
import { type BlocksQuestion, budgetUnitsOf, normIn } from "@carom/core/study";
import { isSparseFile } from "../host/evasionFile.ts";
import { chosenFeatures, type FeaturesOfData, type FeaturesOptions } from "../host/featuresFile.ts";
import { type DataHashes, dataHashes } from "../host/loadedData.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import { requireFree } from "../host/outputPlace.ts";
import { openDevice } from "../host/runtime.ts";
import { normNamed, type ThreatOptions, threatOf } from "../host/threat.ts";
import { startAhead } from "../host/workerProcess.ts";
import { type AttackerOptions, attackerOf } from "../ui/attackerOptions.ts";
import type { DataFileOptions } from "../ui/dataOptions.ts";
import { dataWarnings } from "../ui/dataWarnings.ts";
import type { DeviceOptions } from "../ui/deviceOption.ts";
import { type CommonOptions, required } from "../ui/options.ts";
import { readDataFor } from "../ui/readData.ts";
import type { UnitsOptions } from "../ui/unitsOption.ts";
import type { Place } from "./evadeCraft.ts";
import { type LoadedModel, loadModels, requireGradients } from "./evadeModels.ts";
import { labelOf, type RowsAsked, rowsAsked } from "./evadeRows.ts";

export interface EvadeOptions
  extends CommonOptions,
    DataFileOptions,
    ModelOptions,
    ThreatOptions,
    UnitsOptions,
    FeaturesOptions,
    AttackerOptions,
    DeviceOptions {
  readonly workers?: number;
  readonly model?: string[];
  readonly data?: string;
  readonly epsilon?: number[];
  readonly minEpsilon?: boolean;
  readonly out?: string;
  readonly class?: string;
  readonly targetClass?: string;
  readonly objective?: string;
  readonly falseAlarms?: number;
  readonly list?: boolean;
}

/** An attack on rows of data, with all that options named read and held against each other. */
export interface EvasionAsked {
  /** Budgets in ascending order of the file; absent where the smallest of each row is searched. */
  readonly epsilons: readonly number[] | undefined;
  readonly models: readonly LoadedModel[];
  /** All rows, as the models take them. */
  readonly data: Dataset;
  readonly hashes: DataHashes;
  readonly reading: Awaited<ReturnType<typeof readDataFor>>["reading"];
  readonly rows: RowsAsked;
  readonly threat: ThreatModel;
  readonly known: FeaturesOfData | undefined;
  /** What budgets are in, where not in the features' own units or in numbers of features. */
  readonly units: "cost" | "ranges" | undefined;
  readonly objective: Objective | undefined;
  readonly attacker: Attacker;
  /** The name of the attack. */
  readonly attack: string;
  readonly place: Place;
  readonly question: BlocksQuestion;
  readonly runtime: Runtime;
  /** What is suspicious of the data and budgets. */
  readonly told: readonly string[];
  /** Whether sparse rows are to be flipped as they are. */
  readonly flips: boolean;
}

/** Reads and checks what options name. @throws InputError for what is missing, or does not fit the rest */
export async function evasionAsked(options: EvadeOptions): Promise<EvasionAsked> {
  const paths = required("evade", options.model, "option --model", "an ONNX classifier");
  const file = required("evade", options.data, "option --data", "labelled data to attack");
  const epsilons = budgetsOf(options);
  const out = required("evade", options.out, "option --out", "a .npz or .svmlight file to write");
  const isSparse = isSparseFile(out);
  await requireFree(out, "file");
  const { dataset, reading, ...read } = await readDataFor(paths[0], file, options);
  // Rows of one block are attacked in this process, and so are mostly sparse ones.
  if (!isSparse && rowCount(dataset) > rowsOfChunk(processorLimits, featureCount(dataset))) startAhead(options);
  const runtime = await openDevice(options.device);
  const { models, data: aligned } = await loadModels(paths, dataset, options, runtime);
  const known = await chosenFeatures(options, aligned);
  const threat = known
    ? threatOfFeatures(known.features, normNamed(options.norm).name)
    : await threatInUnits(aligned, options, epsilons);
  const data: Dataset = { ...aligned, domain: threat.domain };
  const rows = rowsAsked(data, options);
  const { attacked, target } = rows;

  const objective = options.objective === undefined ? undefined : objectiveByName(options.objective);
  // Images stay such for boosters where the model takes them as flat rows.
  const isFlattened = options.attackAt === undefined && !areImages(attacked.featureShape);
  const shape = isFlattened ? dataset.featureShape : attacked.featureShape;
  const about = { threat, shape, models: models.length };
  // Models without gradients are searched by their scores, where a table says what it may become.
  const byScores =
    known && epsilons && options.attack === undefined && models.some(({ opened }) => !opened.differentiable);
  const attacker = attackerOf(byScores ? { ...options, attack: "evolution" } : options, about);
  const { entry, fromOrigin, secondStart } = buildAttacker(attacker, about);
  if (entry?.capabilities.gradients !== false) requireGradients(models);
  const mixesRows = entry?.capabilities.mixesRows === true;
  if (mixesRows && !epsilons) throw noSmallest(entry.name);
  const type: FloatType = models.every(({ opened }) => opened.inputType === "float64") ? "float64" : "float32";
  const { changeable, direction, grid, norm } = threat;
  const inRanges = norm.units !== undefined && !norm.counts;
  const units = known ? "cost" : inRanges ? "ranges" : undefined;
  return {
    epsilons,
    models,
    data,
    hashes: dataHashes(read),
    reading,
    rows,
    threat,
    known,
    units,
    objective,
    attacker,
    attack: entry?.name ?? "line-search",
    place: {
      out,
      featureShape: options.attackAt === undefined ? dataset.featureShape : aligned.featureShape,
      type,
      index: rows.index,
      labels: Int32Array.from(rows.index, (_, i) => labelOf(attacked, i)),
    },
    question: {
      attacked,
      models: models.map(({ model }) => model),
      parameters: {
        norm: norm.name,
        ...(known && { features: known.features }),
        ...(units === "ranges" && { units }),
        seed: options.seed,
        ...(typeof direction === "string" && { direction }),
        ...(grid !== undefined && { grid }),
        ...(target !== undefined && { target }),
        attacker: { ...attacker, ...(objective && { objective: objective.name }) },
        ...(`${shape}` !== `${attacked.featureShape}` && { shape }),
      },
      ...((secondStart || fromOrigin) && !("start" in data.features) && { pool: data }),
      ...(changeable && !known && { changeable }),
      ...(mixesRows && { mixesRows }),
      limits: runtime.limits,
      label: "crafting rows",
    },
    runtime,
    told: dataWarnings(attacked, {
      attack: { threat, units: known ? "features" : options.units, epsilons: epsilons ?? [], type },
    }),
    flips: isSparse && "start" in data.features && entry?.name === "flips" && !options.set && !objective,
  };
}

/** The budgets, or undefined where the smallest are looked for. */
function budgetsOf({ epsilon, minEpsilon }: EvadeOptions): readonly number[] | undefined {
  if (!minEpsilon) return required("evade", epsilon, "option --epsilon", "budgets, such as 0.5,1,2; or --min-epsilon");
  if (!epsilon) return undefined;
  throw new InputError("invalid", "options --epsilon and --min-epsilon", {
    expected: "one of them",
    got: "both",
    remedy: "leave one out",
  });
}

/** The threat that options describe, its norm in the units that they name. */
async function threatInUnits(
  data: Dataset,
  options: EvadeOptions,
  epsilons: readonly number[] | undefined,
): Promise<ThreatModel> {
  const plain = await threatOf(data, options);
  const units = budgetUnitsOf(plain.domain, { norm: plain.norm.name, units: options.units, epsilons: epsilons ?? [] });
  return { ...plain, norm: normIn(plain.domain, { norm: plain.norm.name, units }) };
}

function noSmallest(attack: string): InputError {
  return new InputError("invalid", "option --min-epsilon", {
    expected: `budgets, such as --epsilon 0.5,1,2, as points under ${attack} share theirs`,
    got: "a search for each point",
    remedy: "give --epsilon instead",
  });
}
