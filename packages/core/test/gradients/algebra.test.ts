import { algebraCases } from "./cases/algebra.ts";
import { testCases } from "./suite.ts";

testCases(algebraCases);
