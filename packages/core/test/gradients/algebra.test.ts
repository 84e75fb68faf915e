import { testCases } from "./suite.ts";
import { algebraCases } from "./cases/algebra.ts";

testCases(algebraCases);
