import { elementwiseCases } from "./cases/elementwise.ts";
import { testCases } from "./suite.ts";

testCases(elementwiseCases);
