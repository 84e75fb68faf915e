// What claims on evasion are judged by.

import type { Norm } from "../../threat/norm.ts";
import type { Evidence } from "../evidence.ts";
import type { CurvePoint } from "./result.ts";

/** What claims on evasion look at. */
export interface EvasionEvidence extends Evidence {
  readonly norm: Norm["name"];
  readonly curves: readonly CurvePoint[];
}
