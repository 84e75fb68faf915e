// A kind of study as one value: how it is planned and read, and how what was found is told and kept.

import type { z } from "zod";
import type { Content } from "../report/content.ts";
import type { RunFacts } from "../report/manifest.ts";
import type { Tracked } from "../report/tracked.ts";
import type { Claim } from "../study/claim.ts";
import type { PlanBuilder } from "../study/engine/plan.ts";
import type { Ref } from "../study/engine/reference.ts";
import { readRef, type Store } from "../study/engine/store.ts";
import type { StoredModel } from "../study/tasks/fit.ts";

/** Studies S of data D: a plan leaves M behind, and what that holds becomes a result R. */
export interface StudyKind<S, D, M, R extends object> {
  /** What its files look like, where those say all that is studied; absent for what is asked by arguments. */
  readonly schema?: z.ZodType<S>;
  plan(plan: PlanBuilder, study: S, data: D): M;
  /** What has to be computed before it is read. */
  wanted(made: M): readonly Ref<unknown>[];
  read(store: Store, made: M, study: S, data: D): Promise<R>;
  /** Statements of the paper that the result was held to; none where absent. */
  claims?(result: R): readonly Claim[];
  told(result: R): Told;
  /** The files of a run by name: figures, tables, the report. Equal results give equal ones, the manifest aside. */
  files(result: R, from: Made<D, M>): Promise<Record<string, Content>>;
  /** What of it is for machines; all of it where absent. */
  document?(result: R): object;
  /** Whether the result is as it has to be; it always is where absent. */
  isKept?(result: R): boolean;
  /** What trackers of experiments keep of it. */
  tracked?(result: R): Tracked;
  /** The models that took part, by names for files; none where absent. */
  models?(made: M): ReadonlyMap<string, Ref<StoredModel>>;
}

/** What files are made from beside the result. */
export interface Made<D, M> {
  readonly store: Store;
  readonly made: M;
  readonly data: D;
  readonly facts: RunFacts;
  /** What figures are drawn on: a browser's, or another one. */
  readonly document: Document;
}

/** A result in words, for a terminal. */
export interface Told {
  /** Lines as they are, such as those of a table. */
  readonly lines?: string;
  /** Sentences that may be broken between words anywhere. */
  readonly paragraphs?: readonly string[];
  /** What is to stand last. */
  readonly closing?: readonly string[];
}

/** A study that has been planned, whatever its kind. */
export interface Asked {
  /** What to compute. */
  readonly wanted: readonly Ref<unknown>[];
  /** What is then to be said, once all of it is in the store. */
  answer(store: Store): Promise<Answer>;
}

/** What a study found. */
export interface Answer {
  readonly result: object;
  readonly told: Told;
  readonly isKept: boolean;
  files(facts: RunFacts, document: Document): Promise<Record<string, Content>>;
  /** What trackers of experiments keep of it; nothing where its kind says nothing. */
  readonly tracked: Tracked;
  /** The files of models that took part, by names. */
  models(): AsyncIterable<readonly [name: string, onnx: Uint8Array]>;
}

/** Plans a study of a kind. */
export function planOf<S, D, M, R extends object>(
  plan: PlanBuilder,
  kind: StudyKind<S, D, M, R>,
  study: S,
  data: D,
): Asked {
  const made = kind.plan(plan, study, data);
  return {
    wanted: kind.wanted(made),
    async answer(store) {
      const result = await kind.read(store, made, study, data);
      const told = kind.told(result);
      const claims = kind.claims?.(result) ?? [];
      return {
        result: kind.document?.(result) ?? result,
        told: claims.length === 0 ? told : { ...told, lines: `${told.lines ?? ""}\n${claimLines(claims)}` },
        isKept: kind.isKept?.(result) ?? true,
        files: (facts, document) => kind.files(result, { store, made, data, facts, document }),
        tracked: kind.tracked?.(result) ?? { parameters: {}, metrics: {} },
        async *models() {
          for (const [name, ref] of kind.models?.(made) ?? []) yield [name, (await readRef(store, ref)).bytes];
        },
      };
    },
  };
}

/** A line for each claim; the numbers behind them are in the report. */
function claimLines(claims: readonly Claim[]): string {
  return claims.map(({ id, verdict, claim }) => `${id}  ${verdict.padEnd(11)} ${claim}\n`).join("");
}
