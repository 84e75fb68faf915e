import { testCases } from "./suite.ts";
import { reductionCases } from "./cases/reduction.ts";

testCases(reductionCases);
