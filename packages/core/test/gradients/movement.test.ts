import { testCases } from "./suite.ts";
import { movementCases } from "./cases/movement.ts";

testCases(movementCases);
