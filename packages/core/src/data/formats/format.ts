// What a data format is: names that it goes by, options that it heeds, and how a dataset's parts are read from files.

import type { DatasetInput } from "../dataset.ts";
import type { BytesAs } from "../features.ts";
import type { DataReading } from "../reading.ts";
import type { TableOptions, TableTask } from "../table/options.ts";
import type { ByteSource, Unpacker } from "./zip.ts";

/** What may be said of data files. */
export interface DataOptions extends TableOptions {
  /** The interval that all features live in, after uint8 is divided by 255. */
  readonly box?: readonly [number, number] | undefined;
  /** How many columns sparse rows have, where the largest index does not say. */
  readonly columns?: number | undefined;
  /** Whether columns of a .svmlight file count from 0. */
  readonly zeroBased?: boolean | undefined;
  /** What features of type uint8 are: parts of 255, or numbers. */
  readonly bytes?: BytesAs | undefined;
}

/** The same, and what is known of the model that takes the rows. */
export type DataTask = DataOptions & Pick<TableTask, "taken">;

/** A file that the host has opened, wherever it lies. */
export interface DataFile extends ByteSource {
  readonly name: string;
  readonly isGzip: boolean;
  /** About how many bytes its content is. */
  readonly unpackedSize: number;
  /** The content, unpacked where it is gzip; each piece may be overwritten by the next. */
  unpacked(): AsyncIterable<Uint8Array>;
  /** All of the content at once. @throws InputError where that is more than fits well */
  content(): Promise<Uint8Array>;
  /** Unpacks what archives hold. */
  readonly unpacker: Unpacker;
  /** @throws InputError where so many bytes are more than a process may take */
  requireRoomFor(what: string, bytes: number): void;
}

/** What a dataset is made from, and what there is to say of how it was read. */
export type DataParts = DatasetInput & { readonly reading: Partial<DataReading> };

/** A format of data files: what it is called, what options it heeds, and how its files are read. */
export interface DataFormat {
  /** The ending, or another word for it, as messages have it. */
  readonly name: string;
  /** What users may write, for a list of all formats. */
  readonly spelling: string;
  /** The files that a user means by a text such as "a.csv"; undefined where it means none of this format. */
  pathsIn(text: string): readonly string[] | undefined;
  /** The options that say something about such files, beside the box. */
  readonly options: readonly Exclude<keyof DataOptions, "box">[];
  /** @throws InputError for files that are not sound; undefined where they turn out to be of another format */
  read(files: readonly DataFile[], options: DataTask): Promise<DataParts | undefined>;
}

/** The text as the name of one file, where it ends so; also with .gz. */
export const endingIn =
  (endings: string): DataFormat["pathsIn"] =>
  (text) =>
    new RegExp(`\\.(${endings})(\\.gz)?$`, "i").test(text) ? [text] : undefined;
