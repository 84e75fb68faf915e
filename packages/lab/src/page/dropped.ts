// Files that come with a drop or from a chooser, those in folders with the path that leads to them.

/** A file, and the path of the folder in which it came; empty where it came by itself. */
export interface Dropped {
  readonly file: File;
  readonly folder: string;
}

/** Files of a chooser. */
export function chosenFiles(list: FileList | null): readonly Dropped[] {
  return Array.from(list ?? [], (file) => ({ file, folder: file.webkitRelativePath.replace(/\/?[^/]*$/, "") }));
}

/** Files of a drop, folders gone through. It is to be called while the event is handled: afterwards they are gone. */
export async function droppedFiles(transfer: DataTransfer | null): Promise<readonly Dropped[]> {
  const entries = Array.from(transfer?.items ?? [], (item) => item.webkitGetAsEntry());
  // What a program puts into a drop may be no entry of a file system.
  if (entries.some((entry) => entry === null)) return chosenFiles(transfer!.files);
  return (await Promise.all(entries.map((entry) => filesIn(entry!, "")))).flat();
}

async function filesIn(entry: FileSystemEntry, folder: string): Promise<readonly Dropped[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ file, folder }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const within = folder === "" ? entry.name : `${folder}/${entry.name}`;
  const found: Dropped[] = [];
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const each of some) found.push(...(await filesIn(each, within)));
  }
}
