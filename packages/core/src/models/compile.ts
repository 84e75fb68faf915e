// A stranger's graph in the runtime: whatever it refuses or fails to compute is told as a fault of the model.

import { InputError } from "../errors.ts";
import type { Model } from "./model.ts";
import type { Compilable, Runtime, Session } from "./runtime.ts";

/** How a failure is told. */
interface Told {
  /** What the graph is, such as `model net.onnx`. */
  readonly what: string;
  readonly remedy: string;
}

/** How failures of the model's own file are told. */
export function tellModel({ name }: { readonly name?: string | undefined }): Told {
  const remedy = "run the file in the tool that exported it, on the same rows, and export it again";
  return { what: name === undefined ? "model" : `model ${name}`, remedy };
}

/** How failures of the graph of its gradient are told. */
export function tellGradient(model: Model): Told {
  return {
    what: `gradient of the ${tellModel(model).what}`,
    remedy: "attack a surrogate in its place and judge the points on it",
  };
}

/**
 * A session of a graph whose every failure is an `InputError`.
 *
 * @throws InputError where the runtime refuses the graph, and from `run` where a node fails on the rows given
 */
export async function compile(runtime: Runtime, model: Compilable, { what, remedy }: Told): Promise<Session> {
  const session = await runtime.compile(model).catch((error: Error) => {
    throw new InputError("invalid", what, {
      expected: "an ONNX graph that ONNX Runtime can load",
      got: describe(error.message),
      remedy,
    });
  });
  return {
    ...session,
    run: (feeds, fetch) =>
      session.run(feeds, fetch).catch((error: Error) => {
        throw new InputError("invalid", what, {
          expected: "a graph that ONNX Runtime can compute on these rows",
          got: describe(error.message),
          remedy,
        });
      }),
  };
}

/** The longest message that is passed on: some hold a whole graph. */
const LONGEST = 400;

/** The runtime's message: the node that failed and why, without places in the runtime's source. */
function describe(message: string): string {
  const node = /running (\S+) node\. Name:'([^']*)'/.exec(message);
  const reason = message
    .replace(/^.*Status Message: /s, "")
    .replace(/^\S*\.(?:cc|h|cpp|hpp):\d+ .*?\) /s, "")
    .replace(/^.* was false\. /s, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[.;]$/, "");
  const cut = reason.length > LONGEST ? `${reason.slice(0, LONGEST)} ...` : reason;
  if (!node) return cut || "a failure without a message";
  return `a failure in ${node[2] ? `node "${node[2]}" (${node[1]})` : `a ${node[1]} node`}: ${cut}`;
}
