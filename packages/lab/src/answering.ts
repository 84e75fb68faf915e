// A worker's side of asking and answering: of several questions the newest counts, and faults are told in a sentence.

/** A question or an answer: what it is about, and its number among those. */
interface Numbered {
  readonly about: string;
  readonly number: number;
}

/** Parts of an answer without what the question said, each kept as the kind it is. */
type Unnumbered<T> = T extends Numbered ? Omit<T, "number" | "about"> : never;

/**
 * Answers questions about something that are posted to this worker.
 *
 * @param answer tells what it finds, and before each long step says what it does next; both end it where a newer
 * question came meanwhile
 */
export function answering<Asked extends Numbered, Told extends Numbered>(
  about: Asked["about"],
  answer: (
    asked: Asked,
    tell: (told: Unnumbered<Told>) => void,
    next: (doing: string) => Promise<void>,
  ) => Promise<void>,
): void {
  let newest = 0;
  const superseded = Symbol("superseded");
  addEventListener("message", ({ data }: MessageEvent<Asked>) => {
    if (data.about !== about) return;
    const { number } = data;
    newest = number;
    const tell = (told: object) => {
      if (number !== newest) throw superseded;
      postMessage({ about, number, ...told });
    };
    const next = async (doing: string) => {
      await messagesIn();
      tell({ doing });
    };
    answer(data, tell, next).catch((error) => {
      if (error === superseded || number !== newest) return;
      tell({ fault: error instanceof Error ? error.message : String(error) });
    });
  });
}

/** Lets messages in that wait. */
const messagesIn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** For how long a worker may compute before it lets messages in, in milliseconds. */
const DEAF = 200;
let heard = 0;

/** Lets messages in where none were for a while. */
export async function pause(): Promise<void> {
  if (performance.now() - heard < DEAF) return;
  await messagesIn();
  heard = performance.now();
}
