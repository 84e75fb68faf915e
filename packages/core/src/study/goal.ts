// What an attack is after, any wrong class or one that is named, and how often it gets there: in numbers and in words.

import type { Interval } from "../stats/sample.ts";

/** How often points end where they are to: in the class that is named, else in a wrong one. */
export const reached = <T extends Interval>(cell: { readonly errorUnderAttack: T; readonly targeted?: T }): T =>
  cell.targeted ?? cell.errorUnderAttack;

/** The same without any attack. */
export const reachedWithout = <T extends Interval>(model: { readonly cleanError: T; readonly cleanTargeted?: T }): T =>
  model.cleanTargeted ?? model.cleanError;

/** Of labels, 1 for each point that ends where it is to: in the class `wanted`, else in a wrong one. */
export const reachedIn = (
  labels: Int32Array,
  predicted: Int32Array,
  wanted: number | undefined,
): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(labels, (label, i) =>
    Number(wanted === undefined ? predicted[i] !== label : predicted[i] === wanted),
  );

/** What models do with a share of points: "err on 12 %", or "take 12 % for "9"". */
export const toErr = (share: string, targetClass: string | undefined): string =>
  targetClass === undefined ? `err on ${share}` : `take ${share} for "${targetClass}"`;

/** What one model does: "errs on 12 %", or "takes 12 % for "9"". */
export const errs = (share: string, targetClass: string | undefined): string =>
  targetClass === undefined ? `errs on ${share}` : `takes ${share} for "${targetClass}"`;

/** What a rate under attack is of, as a heading. */
export const rateName = (targetClass: string | undefined): string =>
  targetClass === undefined ? "error under attack" : `classified as "${targetClass}"`;

/** What attacks add to, after a number of points in 100. */
export const gainName = (targetClass: string | undefined): string =>
  targetClass === undefined ? "of error" : `of the share classified as "${targetClass}"`;

/** What an increase over what is so without attack is of, as a heading. */
export const increaseName = (targetClass: string | undefined): string =>
  targetClass === undefined ? "net increase" : `net increase of "${targetClass}"`;

/** What a curve of rates is of, at the beginning of a sentence. */
export const targeted = (error: string, targetClass: string | undefined): string =>
  targetClass === undefined ? error : `Share classified as "${targetClass}"`;

/** What a rate without attack is of, as a heading. */
export const cleanName = (targetClass: string | undefined): string =>
  targetClass === undefined ? "clean error" : `clean, as "${targetClass}"`;
