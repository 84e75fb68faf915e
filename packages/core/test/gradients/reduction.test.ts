import { reductionCases } from "./cases/reduction.ts";
import { testCases } from "./suite.ts";

testCases(reductionCases);
