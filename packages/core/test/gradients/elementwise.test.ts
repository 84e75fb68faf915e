import { testCases } from "./suite.ts";
import { elementwiseCases } from "./cases/elementwise.ts";

testCases(elementwiseCases);
