// Where the user's own files are read and attacked, apart from the page's first sight.

import { answering, pause } from "../answering.ts";
import { kernelRuntime } from "../kernels/runtime.ts";
import { attackedRows, attackOwn } from "./attack.ts";
import { imagesAmong, readOwnImages } from "./images.ts";
import type { OwnAsked, OwnSettings, OwnTold } from "./messages.ts";
import { DEFAULT_TRAINED, trainedNames } from "./names.ts";
import { isModel, type OwnData, type OwnFile, type OwnModel, openOwnModel, readOwnData } from "./read.ts";
import { trainSurrogate } from "./trained.ts";

const runtime = kernelRuntime(pause);
const files = new Map<string, OwnFile>();
/** The file of data, or images and what labels them. */
let given: readonly OwnFile[] = [];
/** The same as they were refused, and how they were to be read; read in another way they may be sound. */
let refused: { readonly files: readonly OwnFile[]; readonly as: string } | undefined;

answering<OwnAsked, OwnTold>("files", async ({ added, settings }, tell, next) => {
  const others = added.filter((file) => !isModel(file));
  const images = imagesAmong(others);
  if (others.length > 0) given = images.length > 0 ? images : others.slice(-1);
  for (const file of added.filter(isModel)) {
    files.set(file.name, file);
    models.delete(file.name);
  }
  // A file that is refused is told of, and is as if it had not come, until it is to be read in another way.
  const orRefused = async <T>(work: Promise<T>, forget: () => void): Promise<T | undefined> => {
    try {
      return await work;
    } catch (error) {
      forget();
      tell({ fault: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  };
  let data: OwnData | undefined;
  const as = JSON.stringify([settings.label, settings.box]);
  if (given.length > 0 && !(refused?.files === given && refused.as === as)) {
    await next(`reading ${given.length === 1 ? given[0].name : `${given.length} files`}`);
    data = await orRefused(dataOf(given, settings), () => {
      refused = { files: given, as };
    });
    if (data) tell({ reading: data.reading });
  }
  const there: OwnModel[] = [];
  for (const file of files.values()) {
    await next(`opening ${file.name}`);
    const model = await orRefused(modelOf(file, data), () => files.delete(file.name));
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

let lastRead: { readonly of: string; readonly read: readonly OwnFile[]; readonly data: OwnData } | undefined;

/** The data of files, read once for each way to read them. */
async function dataOf(read: readonly OwnFile[], { label, box }: OwnSettings): Promise<OwnData> {
  const of = JSON.stringify([label, box, [...files.keys()]]);
  if (lastRead?.read === read && lastRead.of === of) return lastRead.data;
  const choices = { label, box };
  const data =
    imagesAmong(read).length > 0
      ? await readOwnImages(read, choices)
      : await readOwnData(read[0], choices, [...files.values()]);
  lastRead = { of, read, data };
  return data;
}

const models = new Map<string, { readonly data: OwnData | undefined; readonly model: OwnModel }>();

/** A model opened beside data, once. */
async function modelOf(file: OwnFile, data: OwnData | undefined): Promise<OwnModel> {
  const found = models.get(file.name);
  if (found && found.data === data) return found.model;
  const model = await openOwnModel(runtime, file, data?.data);
  models.set(file.name, { data, model });
  return model;
}
