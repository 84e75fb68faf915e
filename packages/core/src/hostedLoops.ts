// Compiled loops in the memory that they work on, where the host has WebAssembly.

/** Functions by name, and the memory whose addresses they take. */
export interface HostedLoops<Name extends string> {
  readonly memory: WebAssembly.Memory;
  readonly loops: Record<Name, (...given: number[]) => number>;
}

export const pagesFor = (bytes: number): number => Math.ceil(bytes / 2 ** 16);

/**
 * Turns the bytes of a module into loops in a memory that others may work in, too. Either is made when the loops are
 * first asked for: what a program does not need it does not wait for.
 */
export function loopsIn<Name extends string>(
  source: () => Uint8Array<ArrayBuffer>,
): (memory: WebAssembly.Memory) => () => HostedLoops<Name>["loops"] {
  let module: WebAssembly.Module | undefined;
  return (memory) => {
    let loops: HostedLoops<Name>["loops"] | undefined;
    return () => {
      module ??= new WebAssembly.Module(source());
      loops ??= new WebAssembly.Instance(module, { host: { memory } }).exports as HostedLoops<Name>["loops"];
      return loops;
    };
  };
}

/** As `loopsIn`, in a new memory of a given size; undefined where the host lets none be had. */
export function hostedLoops<Name extends string>(
  source: () => Uint8Array<ArrayBuffer>,
): (bytes: number) => HostedLoops<Name> | undefined {
  const instantiate = loopsIn<Name>(source);
  return (bytes) => {
    if (typeof WebAssembly === "undefined") return undefined;
    try {
      const memory = new WebAssembly.Memory({ initial: pagesFor(bytes) });
      return { memory, loops: instantiate(memory)() };
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
