// Small texts by name in a place that several machines see: all that leases need of a shared folder or an object store.

/** A text's name, without its folder, and how long ago it was written. */
export interface Aged {
  readonly name: string;
  /** Milliseconds, by the clock of the place: clocks of machines differ. */
  readonly age: number;
}

/** A place for small texts; names are `folder/name`. */
export interface Shelf {
  /** Writes a text whose name is free; false where it is taken. */
  create(name: string, text: string): Promise<boolean>;
  /** Writes a text, whatever was there. */
  put(name: string, text: string): Promise<void>;
  /**
   * Writes a text in place of an expected one; false where another is there, or none. Of several at once one succeeds.
   */
  replace(name: string, expected: string, text: string): Promise<boolean>;
  read(name: string): Promise<string | undefined>;
  /** Removes a text, if it is there. */
  remove(name: string): Promise<void>;
  /** The names in a folder, without it: of many the times cost far more. */
  names(folder: string): Promise<readonly string[]>;
  /** What a folder holds. */
  list(folder: string): Promise<readonly Aged[]>;
}

/** A shelf in memory, for tests and simulations; `now` tells milliseconds. */
export function memoryShelf(now: () => number): Shelf {
  const folders = new Map<string, Map<string, { readonly text: string; readonly written: number }>>();
  const at = (path: string) => {
    const cut = path.indexOf("/");
    const folder = path.slice(0, cut);
    const texts = folders.get(folder) ?? new Map();
    folders.set(folder, texts);
    return { texts, name: path.slice(cut + 1) };
  };
  const read = (path: string): string | undefined => {
    const { texts, name } = at(path);
    return texts.get(name)?.text;
  };
  const write = (path: string, text: string) => {
    const { texts, name } = at(path);
    texts.set(name, { text, written: now() });
    return true;
  };
  return {
    create: async (path, text) => read(path) === undefined && write(path, text),
    put: async (path, text) => {
      write(path, text);
    },
    replace: async (path, expected, text) => read(path) === expected && write(path, text),
    read: async (path) => read(path),
    remove: async (path) => {
      const { texts, name } = at(path);
      texts.delete(name);
    },
    names: async (folder) => [...(folders.get(folder)?.keys() ?? [])],
    list: async (folder) =>
      [...(folders.get(folder) ?? [])].map(([name, { written }]) => ({ name, age: now() - written })),
  };
}
