import type { OnnxModel } from "./graph.ts";
export function upgrade(model: OnnxModel): OnnxModel {
  return model;
}
