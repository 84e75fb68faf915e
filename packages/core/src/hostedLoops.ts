// Compiled loops in the memory that they work on, where the host has WebAssembly.

/** Functions by name, and the memory whose addresses they take. */
export interface HostedLoops<Name extends string> {
  readonly memory: WebAssembly.Memory;
  readonly loops: Record<Name, (...given: number[]) => number>;
}

export const pagesFor = (bytes: number): number => Math.ceil(bytes / 2 ** 16);

/** Turns the bytes of a module, which are made when first needed, into loops in a new memory of a given size. */
export function hostedLoops<Name extends string>(
  source: () => Uint8Array<ArrayBuffer>,
): (bytes: number) => HostedLoops<Name> | undefined {
  let module: WebAssembly.Module | undefined;
  return (bytes) => {
    if (typeof WebAssembly === "undefined") return undefined;
    try {
      module ??= new WebAssembly.Module(source());
      const memory = new WebAssembly.Memory({ initial: pagesFor(bytes) });
      const { exports } = new WebAssembly.Instance(module, { host: { memory } });
      return { memory, loops: exports as HostedLoops<Name>["loops"] };
    } catch {
      // Where a policy forbids to compile, or no such memory is to be had, plain loops do the same.
      return undefined;
    }
  };
}

/** The most that a memory keeps that is lent again and again. */
const KEPT = 2 ** 26;

/** As `hostedLoops`, in one memory that grows to what is asked for, and holds what the last call left in it. */
export function lentLoops<Name extends string>(
  source: () => Uint8Array<ArrayBuffer>,
): (bytes: number) => HostedLoops<Name> | undefined {
  const instantiate = hostedLoops<Name>(source);
  let lent: HostedLoops<Name> | undefined;
  return (bytes) => {
    if (bytes > KEPT || typeof WebAssembly === "undefined") return undefined;
    lent ??= instantiate(2 ** 16);
    return lent && hasGrown(lent, bytes) ? lent : undefined;
  };
}

/** Makes a memory at least so large; false where that cannot be. */
export function hasGrown({ memory }: Pick<HostedLoops<never>, "memory">, bytes: number): boolean {
  const missing = pagesFor(bytes) - memory.buffer.byteLength / 2 ** 16;
  try {
    if (missing > 0) memory.grow(missing);
    return true;
  } catch {
    return false;
  }
}
