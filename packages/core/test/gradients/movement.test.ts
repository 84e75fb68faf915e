import { movementCases } from "./cases/movement.ts";
import { testCases } from "./suite.ts";

testCases(movementCases);
