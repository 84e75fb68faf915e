// SHA-256 as Node has it, for the keys of what a plan is given: all data are hashed before the first task begins.

import { createHash } from "node:crypto";
import { hashWith } from "@carom/core/study";

hashWith(() => createHash("sha256"));
