// Numbers of places: 0, 1, 2, ... along an axis.

import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";

/** The place of each element of a value along an axis, int64, with size 1 along the others. */
export function positionsAlong(g: GraphBuilder, value: string, axis: number): string {
  const rank = g.type(value).shape.length;
  const size = g.node("Gather", [g.node("Shape", [value]), g.constant(tensor("int64", [], [axis]))]);
  return atAxis(g, range(g, size), axis, rank);
}

/** 0 to count - 1, int64, for an int64 scalar. */
export function range(g: GraphBuilder, count: string): string {
  const scalar = (number: number) => g.constant(tensor("int64", [], [number]));
  return g.node("Range", [scalar(0), count, scalar(1)]);
}

/** A list along one of as many axes as given, of size 1 along the others. */
export function atAxis(g: GraphBuilder, list: string, axis: number, rank: number): string {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1));
  return g.node("Reshape", [list, g.ints(shape)]);
}
