// A process in which commands run one after another, as `carom` runs them. The parent sends { id, args }; it is told
// what came out, or sees this process end. `ask` stands for the part of an audit that asks a service for scores.

import { readFileSync } from "node:fs";
import { InputError, stream, tensor } from "@carom/core";
import { CommanderError } from "commander";
import { connect, openLedgerFor, openTarget } from "../../packages/cli/dist/host/http/target.js";
import { removeUnfinished } from "../../packages/cli/dist/host/output.js";
import { createProgram } from "../../packages/cli/dist/program.js";
import { tellNotes } from "../../packages/cli/dist/terminal/notes.js";
import { tell } from "../../packages/cli/dist/terminal/print.js";
import { flagError } from "../../packages/cli/dist/ui/flagError.js";

/** @typedef {{ id: string, args: string[] }} Request */
/**
 * @typedef {{ id: string, status: number, stdout: string, stderr: string, seconds: number, megabytes: number }} Reply
 */

/** Of what a command writes no more is looked at. */
const MOST = 20_000;
const [port] = process.argv.slice(2);
const declared = await createProgram();

/**
 * Asks a service for scores: the one of a mapping file, or at the path in a file of an answer.
 * @param {Request} request
 */
async function ask({ id, args: [, path, mapping] }) {
  const [way] = mapping === undefined ? [""] : JSON.parse(readFileSync(path, "utf8"));
  const protocol = way.startsWith("/v2") ? "open-inference" : way.startsWith("/v1") ? "tensorflow-serving" : "mlflow";
  const address = `http://127.0.0.1:${port}${way.replace(/(:predict|\/infer|\/metadata)$/, "")}`;
  const isMapped = mapping === undefined || way === "/mapped";
  const connection = await connect(isMapped ? (mapping ?? path) : address, {
    ...(!isMapped && { protocol }),
    ...{ batch: 8, concurrency: 1, retries: 0, timeoutSeconds: 5, maxQueries: Number.POSITIVE_INFINITY },
  });
  const ledger = openLedgerFor(connection, id);
  try {
    const random = stream(0, id);
    const rows = tensor("float64", [8, 2], Float64Array.from({ length: 16 }, random.uniform));
    await (await openTarget(connection, rows, ["0", "1"])).scores(rows);
  } finally {
    ledger.close();
  }
}

/** @param {Request} request */
async function run(request) {
  if (request.args[0] === "ask") return ask(request);
  await (await createProgram()).parseAsync([process.execPath, "carom", ...request.args]);
  tellNotes();
}

/** What a command that threw ends with. @param {unknown} error @param {readonly string[]} args */
function statusOf(error, args) {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError) tell(flagError(error, declared, [process.execPath, "carom", ...args]).message);
  else if (error instanceof InputError) tell(error.message);
  else {
    process.stderr.write(/** @type {Error} */ (error).stack ?? String(error));
    return 1;
  }
  return 2;
}

// Each command adds listeners for the end of its process, and here are many.
process.setMaxListeners(0);
// A parent that is gone wants no answer.
process.on("disconnect", () => process.exit());
const environment = { ...process.env };
process.on("message", async (/** @type {Request} */ request) => {
  // Options of the command before may have set some of it.
  process.env = { ...environment };
  const before = process.cpuUsage();
  let [stdout, stderr] = ["", ""];
  const [write, writeError] = [process.stdout.write, process.stderr.write];
  process.stdout.write = (/** @type {any} */ text) => (stdout += text).length > 0;
  process.stderr.write = (/** @type {any} */ text) => (stderr += text).length > 0;
  const status = await run(request).then(
    () => 0,
    (error) => statusOf(error, request.args),
  );
  removeUnfinished();
  [process.stdout.write, process.stderr.write] = [write, writeError];
  const { user, system } = process.cpuUsage(before);
  const told = { stdout: stdout.slice(0, MOST), stderr: stderr.slice(0, MOST) };
  process.send?.({
    id: request.id,
    status,
    ...told,
    seconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
  });
});
