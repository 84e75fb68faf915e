// Study files: YAML or JSON, checked against the schema; what is wrong is told with its file and line.

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError, unknownName } from "@carom/core";
import type { Place } from "@carom/core/features";
import { type AnyStudy, studyJsonSchema, studySchemas } from "@carom/core/kinds";
import type { AuditStudy, ModelChoice, Study } from "@carom/core/study";
import { dataFolder } from "./catalog.ts";
import { readDocument } from "./document.ts";
import { readFeatures, rememberPlace } from "./featuresFile.ts";
import { isAddress } from "./http/address.ts";

/**
 * The kind of study of that name; a file that names none asks of evasion.
 * @throws InputError for one that does not exist.
 */
export function kindNamed(kind = "evasion"): keyof typeof studySchemas {
  return Object.hasOwn(studySchemas, kind)
    ? (kind as keyof typeof studySchemas)
    : unknownName("kind of study", kind, Object.keys(studySchemas));
}

/** The study in a file, with paths of data made relative to it. */
export async function loadStudy(path: string): Promise<AnyStudy> {
  const document = await readDocument("study file", path);
  const { kind: named } = document.given;
  const kind = kindNamed(typeof named === "string" ? named : undefined);
  if (kind === "poisoning" && "features" in document.given) throw noRulesForPoison(document.place(["features"]));
  const study = document.checked<AnyStudy>(studySchemas[kind], studyJsonSchema(kind), "see carom study --schema");
  const folder = dirname(resolve(path));
  if (!("features" in study) || study.features === undefined) return withPaths(study, folder);
  const { features } = study;
  const written =
    typeof features === "string"
      ? await readFeatures(resolve(folder, withDataFolder(features)))
      : { schema: features, place: ((way, offset) => document.place(["features", ...way], offset)) as Place };
  return withPaths({ ...study, features: rememberPlace(written) }, folder);
}

function noRulesForPoison(place: string): InputError {
  return new InputError("unsupported", `features of poisoning at ${place}`, {
    expected: "none, as attacks that poison keep bounds but no relations, groups or costs",
    got: "a features file",
    remedy: "leave it out, or ask about evasion",
  });
}

function withPaths(study: AnyStudy, folder: string): AnyStudy {
  const beside = (spec: string) =>
    spec === "digits"
      ? spec
      : chosen(spec, folder)
          .split(",")
          .map((path) => resolve(folder, withDataFolder(path)))
          .join(",");
  if (study.kind === "table") return study;
  const at = (path: string) => (isAddress(path) ? path : resolve(folder, withDataFolder(path)));
  if (study.kind === "audit") return withAuditPaths(study, beside, at);
  const { train, test, ...rest }: Study["data"] = study.data;
  const given = <C extends ModelChoice>(choice: C): C => {
    if ("model" in choice) return { ...choice, model: at(choice.model) };
    return "service" in choice ? { ...choice, service: at(choice.service) } : choice;
  };
  return {
    ...study,
    ...("targets" in study && { surrogates: study.surrogates.map(given), targets: study.targets.map(given) }),
    data: { ...rest, train: beside(train), ...(test !== undefined && { test: beside(test) }) },
  } as AnyStudy;
}

function withAuditPaths(study: AuditStudy, beside: (spec: string) => string, at: (path: string) => string): AuditStudy {
  const { target, data, gate } = study;
  const { test, train, ...reading } = data ?? {};
  return {
    ...study,
    ...(target && {
      target: "model" in target ? { ...target, model: at(target.model) } : { ...target, service: at(target.service) },
    }),
    ...(test !== undefined && {
      data: { ...reading, test: beside(test), ...(train !== undefined && { train: beside(train) }) },
    }),
    ...(gate && { gate: gate.baseline === undefined ? gate : { ...gate, baseline: at(gate.baseline) } }),
  };
}

/** Of alternatives with " | " between them, the first whose files are there, else the first. */
function chosen(spec: string, folder: string): string {
  const alternatives = spec.split(" | ");
  const isThere = (path: string) => existsSync(resolve(folder, inDataFolder(path)));
  return alternatives.find((paths) => paths.split(",").every(isThere)) ?? alternatives[0];
}

const inDataFolder = (path: string) => path.replace(/^\$CAROM_DATA(?=\/)/, () => dataFolder());

/** A path that begins with $CAROM_DATA, with the folder that the environment names, else that of downloads. */
function withDataFolder(path: string): string {
  if (!path.startsWith("$CAROM_DATA/")) return path;
  const found = inDataFolder(path);
  if (process.env.CAROM_DATA || existsSync(found)) return found;
  throw new InputError("missing", "environment variable CAROM_DATA", {
    expected: "the folder that holds the data of this study",
    got: "none",
    remedy: `set it so that ${path} can be found; carom data get fetches what is public`,
  });
}
