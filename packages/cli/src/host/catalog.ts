// Public data sets that studies use: where their files are, what they must contain, and under which terms.

import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { unknownName } from "@carom/core";

export interface DataFile {
  /** Its place below the data folder. */
  readonly name: string;
  readonly sha256: string;
  /** None where the file is handed out by hand: by a form, a page, or in an archive that we cannot open. */
  readonly addresses: readonly string[];
}

export interface PublicData {
  readonly title: string;
  readonly files: readonly DataFile[];
  readonly terms: string;
  readonly cite: string;
  /** What to do by hand, where that is needed. */
  readonly byHand?: string;
  /** Makes of its file, beside it, what studies read; returns the paths. */
  convert?(path: string): Promise<readonly string[]>;
}

const mirrors = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];
const mnistFile = (name: string, sha256: string): DataFile => ({
  name: `mnist/${name}`,
  sha256,
  addresses: mirrors.map((mirror) => mirror + name),
});
const uci = "https://archive.ics.uci.edu/ml/machine-learning-databases/";

/** Every data set that `carom data get` knows. */
export const catalog: Readonly<Record<string, PublicData>> = {
  mnist: {
    title: "MNIST: 70,000 digits of 28 x 28 pixels",
    files: [
      mnistFile("train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
      mnistFile("train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
      mnistFile("t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
      mnistFile("t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ],
    terms: "Copyright Yann LeCun and Corinna Cortes; commonly used under CC BY-SA 3.0.",
    cite:
      "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition. Proc. IEEE " +
      "86(11), 1998.",
  },
  lfw: {
    title: "Labeled Faces in the Wild, funneled: 13,233 photographs of 250 x 250 pixels (233 MB)",
    files: [
      {
        name: "lfw/lfw-funneled.tgz",
        sha256: "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a",
        addresses: ["https://ndownloader.figshare.com/files/5976015"],
      },
    ],
    terms: "No licence is stated; press photographs, published for research. Do not pass them on.",
    cite:
      "Huang, Ramesh, Berg, Learned-Miller: Labeled Faces in the Wild. University of Massachusetts, TR 07-49, " +
      "2007.",
    convert: async (path) => (await import("./lfw.ts")).convertLfw(path, dirname(path)),
  },
  drebin215: {
    title: "DREBIN-215: 15,036 Android apps with 215 features",
    files: [
      {
        name: "drebin/drebin215.csv",
        sha256: "710f2c11b0cad04c36f56dd16398127feb697fd99e8efa7f75890b792fba3ad5",
        addresses: [],
      },
    ],
    terms: "CC BY 4.0.",
    cite: "Yerima, Sezer: DroidFusion. IEEE Trans. Cybernetics 49(2), 2019.",
    byHand: "https://figshare.com/articles/dataset/Android_malware_dataset_for_machine_learning_2/5854653",
  },
  defensedroid: {
    title: "DefenseDroid: 11,975 Android apps with 2,938 features of their manifests",
    files: [
      {
        name: "drebin/defensedroid_prs.csv",
        sha256: "083bf4f4a088005e63f5ea3cebe25477a85a14a0d84878b47a48f80ab5139ba9",
        addresses: [],
      },
    ],
    terms: "Stated as CC BY 4.0 by those who republish it; see the page of the data.",
    cite: "Colaco et al.: DefenseDroid. Strad Research, 2021.",
    byHand: "https://www.kaggle.com/datasets/defensedroid/android-malware-detection",
  },
  optdigits: {
    title: "Optical digits: 5,620 digits of 8 x 8 counts",
    files: [
      {
        name: "uci/optdigits.tra.csv",
        sha256: "e1b683cc211604fe8fd8c4417e6a69f31380e0c61d4af22e93cc21e9257ffedd",
        addresses: [`${uci}optdigits/optdigits.tra`],
      },
      {
        name: "uci/optdigits.tes.csv",
        sha256: "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8",
        addresses: [`${uci}optdigits/optdigits.tes`],
      },
    ],
    terms: "CC BY 4.0.",
    cite: "Alpaydin, Kaynak: Optical Recognition of Handwritten Digits. UCI, 1998.",
  },
  wdbc: {
    title: "Breast Cancer Wisconsin (Diagnostic): 569 tumours with 30 measures",
    files: [
      {
        name: "uci/wdbc.data",
        sha256: "d606af411f3e5be8a317a5a8b652b425aaf0ff38ca683d5327ffff94c3695f4a",
        addresses: [`${uci}breast-cancer-wisconsin/wdbc.data`],
      },
    ],
    terms: "CC BY 4.0.",
    cite: "Wolberg, Mangasarian, Street: Breast Cancer Wisconsin (Diagnostic). UCI, 1995.",
  },
};

/** A data set of the catalog. @throws InputError for a name it does not have. */
export function publicData(name: string): PublicData {
  return Object.hasOwn(catalog, name) ? catalog[name] : unknownName("data set", name, Object.keys(catalog));
}

/** Where data are looked for and put: CAROM_DATA, else `carom-data` in the user's cache folder. */
export function dataFolder(): string {
  const given = process.env.CAROM_DATA;
  if (given !== undefined && given !== "") return given;
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "carom-data");
}
