// Where the user's own files are read and attacked, apart from the page's first sight.

import { answering, pause } from "../answering.ts";
import { kernelRuntime } from "../kernels/runtime.ts";
import { attackedRows, attackOwn } from "./attack.ts";
import { heededByImages, imagesAmong, readOwnImages } from "./images.ts";
import type { OwnAsked, OwnTold } from "./messages.ts";
import { DEFAULT_TRAINED, trainedNames } from "./names.ts";
import { type DataChoices, dataChoicesIn, type ModelChoices, modelChoicesIn } from "./options.ts";
import { heededBy, isModel, type OwnData, type OwnFile, type OwnModel, openOwnModel, readOwnData } from "./read.ts";
import { trainSurrogate } from "./trained.ts";

const runtime = kernelRuntime(pause);
const files = new Map<string, OwnFile>();
/** The file of data, or images and what labels them. */
let given: readonly OwnFile[] = [];
/** Data and models as they were refused, and how they were to be read; read in another way they may be sound. */
const refused = new WeakMap<OwnFile | readonly OwnFile[], string>();

answering<OwnAsked, OwnTold>("files", async ({ added, settings }, tell, next) => {
  const others = added.filter((file) => !isModel(file));
  const images = imagesAmong(others);
  if (others.length > 0) given = images.length > 0 ? images : others.slice(-1);
  // Models that were refused make way for what comes next.
  if (added.length > 0) for (const [name, file] of files) if (refused.has(file)) files.delete(name);
  for (const file of added.filter(isModel)) files.set(file.name, file);
  const as = JSON.stringify(settings.written);
  // What is refused is told of, and is as if it had not come, until it is to be read in another way.
  const orRefused = async <T>(read: OwnFile | readonly OwnFile[], work: () => Promise<T>): Promise<T | undefined> => {
    if (refused.get(read) === as) return undefined;
    refused.delete(read);
    try {
      return await work();
    } catch (error) {
      refused.set(read, as);
      tell({ fault: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  let data: OwnData | undefined;
  if (given.length > 0) {
    await next(`reading ${given.length === 1 ? given[0].name : `${given.length} files`}`);
    data = await orRefused(given, async () => {
      const heeded = imagesAmong(given).length > 0 ? heededByImages : heededBy(given[0]);
      tell({ heeded });
      return dataOf(given, dataChoicesIn(settings.written, heeded));
    });
    if (data) tell({ reading: data.reading });
  }
  const there: OwnModel[] = [];
  for (const file of files.values()) {
    await next(`opening ${file.name}`);
    const model = await orRefused(file, async () => modelOf(file, data, modelChoicesIn(settings.written)));
    if (model) there.push(model);
  }
  tell({ facts: there.map(({ facts }) => facts) });
  const called = (name: string | undefined) => there.find(({ facts }) => facts.name === name);
  const wanted = called(settings.surrogate) ?? there.find(({ facts }) => facts.noGradients === undefined);
  const trained = settings.surrogate && trainedNames[settings.surrogate] ? settings.surrogate : DEFAULT_TRAINED;
  const isTrained = trained === settings.surrogate || !wanted;
  const rows = there[0]?.data;
  let surrogate = isTrained ? undefined : wanted;
  if (isTrained && rows) {
    await next(`training ${trained.split(",")[0]}`);
    surrogate = await trainSurrogate(runtime, trained, rows, attackedRows(rows));
    tell({ facts: [...there, surrogate].map(({ facts }) => facts) });
  }
  const target = called(settings.target) ?? there.find((model) => model !== surrogate) ?? surrogate!;
  if (surrogate && data) {
    if (surrogate.facts.noGradients === undefined) {
      tell({ answer: await attackOwn(surrogate, target, settings, next, (doing) => tell({ doing })) });
    } else {
      tell({ fault: `${surrogate.facts.name} cannot be attacked: ${surrogate.facts.noGradients}.` });
    }
  }
  await next("");
});

let lastRead: { readonly as: string; readonly read: readonly OwnFile[]; readonly data: OwnData } | undefined;

/** The data of files, read once for each way to read them. */
async function dataOf(read: readonly OwnFile[], choices: DataChoices): Promise<OwnData> {
  const as = JSON.stringify([choices, [...files.keys()]]);
  if (lastRead?.read === read && lastRead.as === as) return lastRead.data;
  const data =
    imagesAmong(read).length > 0
      ? await readOwnImages(read, choices)
      : await readOwnData(read[0], choices, [...files.values()]);
  lastRead = { as, read, data };
  return data;
}

const models = new Map<
  OwnFile,
  { readonly data: OwnData | undefined; readonly as: string; readonly model: OwnModel }
>();

/** A model opened beside data, once for each way to read it. */
async function modelOf(file: OwnFile, data: OwnData | undefined, choices: ModelChoices): Promise<OwnModel> {
  const as = JSON.stringify(choices);
  const found = models.get(file);
  if (found && found.data === data && found.as === as) return found.model;
  const model = await openOwnModel(runtime, file, data?.data, choices);
  models.set(file, { data, as, model });
  return model;
}
