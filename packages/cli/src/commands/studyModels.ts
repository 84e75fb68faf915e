// The models of a study that it does not train: files that are opened, services that are asked, and the data as they
// take them.

import { type Dataset, InputError } from "@carom/core";
import type { SingleStudy } from "@carom/core/kinds";
import { requireClassesOf } from "@carom/core/models";
import {
  datasetCodec,
  type FileChoice,
  type GivenChoice,
  hashArtifact,
  hashJson,
  isLearner,
  type Json,
  modelId,
  nameOf,
  type PlanBuilder,
  type ServiceChoice,
  type StudyModel,
  serviceCodec,
} from "@carom/core/study";
import { checkOn, openClassifier } from "../host/classifier.ts";
import type { Ledger } from "../host/http/ledger.ts";
import type { RemoteTarget } from "../host/http/target.ts";
import type { ModelOptions } from "../host/modelFile.ts";
import type { RowsOfModels, StudyRows } from "../host/studyData.ts";
import { findService, openCredential } from "./openService.ts";

/** A model that is given, with the id that results have for it. */
interface Entry {
  readonly id: string;
  readonly choice: GivenChoice;
}

/** The models of a study that are given, first those that points are crafted on. */
export function givenOf(study: SingleStudy): readonly Entry[] {
  if (!("surrogates" in study)) return [];
  const { surrogates, targets } = study;
  return (["surrogate", "target"] as const).flatMap((role) =>
    (role === "surrogate" ? surrogates : targets).flatMap((choice): readonly Entry[] =>
      isLearner(choice) ? [] : [{ id: modelId(role, nameOf(choice)), choice }],
    ),
  );
}

/** How a model file is to be read. */
export const readingOf = ({ model: _, name, ...reading }: FileChoice): ModelOptions => reading;

/** The study without what says only how services are asked: it decides no number, and may be secret. */
export function withoutAsking<S extends SingleStudy>(study: S): S {
  if (!("targets" in study)) return study;
  const targets = study.targets.map((choice) => {
    if (!("service" in choice)) return choice;
    const { header, authEnv, maxQueries, batch, concurrency, retries, timeout, ...rest } = choice;
    return rest;
  });
  return { ...study, targets };
}

/** Services that are open, and what was sent to them. */
export interface Asking {
  readonly services: Map<string, RemoteTarget>;
  readonly ledgers: { readonly key: string; readonly ledger: Ledger; readonly choice: ServiceChoice }[];
}

/**
 * Opens the models of a study that are given; data come out in the form and with the classes that all of them take.
 *
 * @param isAsked whether services may be asked; else they stand in the plan by their addresses
 * @throws InputError for models that do not fit the data, or each other
 */
export async function openGiven(
  plan: PlanBuilder,
  study: SingleStudy,
  rows: StudyRows,
  asking: Asking,
  { quiet, isAsked }: { readonly quiet: boolean; readonly isAsked: boolean },
): Promise<RowsOfModels> {
  const models = new Map<string, StudyModel>();
  const warnings: string[] = [];
  let suited = rows;
  let first: string | undefined;
  /** Takes on what a model makes of the rows, which others must have left as it needs them. */
  const takeOn = async (id: string, fit: (data: Dataset) => Dataset | Promise<Dataset>) => {
    const [train, test] = [await fit(suited.train), suited.test && (await fit(suited.test))];
    if (first !== undefined && first !== id) {
      requireClassesOf(first, suited.train, id, train);
      requireShapeOf(first, suited.train, id, train);
    }
    first ??= id;
    suited = { train, test };
    return test ?? train;
  };
  for (const { id, choice } of givenOf(study)) {
    if ("model" in choice) {
      const classifier = await openClassifier(choice.model, readingOf(choice), suited.test ?? suited.train);
      const { model, opened, contentHash: hash } = classifier;
      const attacked = await takeOn(id, classifier.fit);
      warnings.push(...(await checkOn(classifier, attacked)).map(({ sentence }) => `${id}: ${sentence}`));
      const hasGradients = opened.differentiable !== undefined;
      await opened.close();
      models.set(id, { model: plan.model(model), hash, hasGradients });
      continue;
    }
    const found = await findService(
      choice.service,
      { ...choice, quiet },
      suited.test ?? suited.train,
      `service of ${id}`,
    );
    if (!isAsked) {
      const service = found.connection.identity as Json;
      models.set(id, { service: plan.source(serviceCodec, { service }), hash: hashJson(service), hasGradients: false });
      continue;
    }
    await takeOn(id, found.shaped);
    const { service, ledger, ref, hash, told, ...opened } = await found.open(plan, questionHash(study, suited));
    const attacked = await takeOn(id, opened.fit);
    warnings.push(...(await opened.check(attacked)).map(({ sentence }) => `${id}: ${sentence}`));
    warnings.push(...openCredential(found.connection, choice));
    asking.services.set(ref.key, service);
    asking.ledgers.push({ key: ref.key, ledger, choice });
    models.set(id, { service: ref, hash, hasGradients: false });
  }
  return { ...suited, warnings, ...(models.size > 0 && { models }) };
}

/** What decides which rows are sent, as a hash: queries of equal questions are counted together. */
function questionHash(study: SingleStudy, { train, test }: StudyRows): string {
  const contentOf = (data: Dataset) => hashArtifact(datasetCodec.encode(data));
  const asked = withoutAsking(study) as unknown as { readonly [name: string]: Json };
  return hashJson({ ...asked, data: [contentOf(train), ...(test ? [contentOf(test)] : [])] });
}

/** @throws InputError where a plan would ask a service about more rows than it may be sent */
export function requireQueries({ tasks }: PlanBuilder, { ledgers }: Asking): void {
  for (const { key, choice } of ledgers) {
    const asks = tasks.filter((task) => task.asks && task.inputs.service === key);
    const needed = asks.reduce((sum, { rows = 0 }) => sum + rows, 0);
    if (choice.maxQueries === undefined || needed <= choice.maxQueries) continue;
    throw new InputError("invalid", `queries of target ${nameOf(choice)}`, {
      expected: `at most ${choice.maxQueries}, as maxQueries says`,
      got: `a study that needs up to ${needed}`,
      remedy: "attack fewer points, with fewer budgets, surrogates or repetitions, or allow more queries",
    });
  }
}

/** Rows that services were sent, for a manifest. */
export function sentIn({ ledgers }: Asking) {
  const most = ledgers.map(({ choice }) => choice.maxQueries ?? "any");
  const total = (of: (ledger: Ledger) => number) => ledgers.reduce((sum, { ledger }) => sum + of(ledger), 0);
  return {
    sent: total(({ sent }) => sent),
    answersFromBefore: total(({ known }) => known),
    most: most.length === 1 ? most[0] : most,
  };
}

function requireShapeOf(first: string, aligned: Dataset, other: string, own: Dataset): void {
  if (`${own.featureShape}` === `${aligned.featureShape}` && `${own.featureNames}` === `${aligned.featureNames}`)
    return;
  throw new InputError("invalid", `model ${other}`, {
    expected: `rows as ${first} takes them, of shape [${aligned.featureShape}]`,
    got: `shape [${own.featureShape}], or other columns`,
    remedy: "judge models of the same rows together",
  });
}
