// Stochastic gradient descent: each run of the training graph is one step, or several.

import { InputError } from "../../errors.ts";
import type { Runtime, Session } from "../../models/runtime.ts";
import { modelOf } from "../../onnx/builder.ts";
import { writeModel } from "../../onnx/proto.ts";
import { permutation, type Stream } from "../../random.ts";
import { type Tensor, tensor, zeros } from "../../tensor.ts";
import { dropoutMask, type Mask } from "./dropout.ts";
import { type Examples, heldOutLoss } from "./earlyStopping.ts";
import { isVelocity, type Network, type StepOptions, trainingGraph, updated, velocity } from "./sgdGraph.ts";

export interface SgdOptions extends StepOptions {
  readonly learningRate: number;
  /** Epochs after which the learning rate is multiplied by `factor`. */
  readonly milestones: readonly number[];
  readonly factor: number;
  readonly epochs: number;
  /** Stops after this many epochs without a lower loss on the held-out rows, and returns the weights of the lowest. */
  readonly patience?: number;
  readonly heldOut?: Examples;
  /** The most steps in one run of the graph. */
  readonly unroll: number;
  /** The stream of that name. */
  random(label: string): Stream;
  onProgress?(done: number): void;
}

interface SgdResult {
  readonly weights: ReadonlyMap<string, Tensor<"float32">>;
  /** Mean cross-entropy over the batches of each epoch. */
  readonly losses: readonly number[];
  readonly steps: number;
}

type State = Readonly<Record<string, Tensor>>;

/**
 * Minimises the mean cross-entropy by v <- momentum v + gradient + weightDecay w; w <- w - learningRate v.
 * The graph keeps learningRate v, which is rescaled where the rate changes.
 *
 * The order of rows is drawn anew for each epoch; the last batch of an epoch may be smaller. Several steps are unrolled
 * into one graph, because handing weights over between runs costs as much as a step of a small network.
 *
 * @throws InputError where the loss is no longer a number, or ten times that of a constant answer.
 */
export async function trainSgd(
  runtime: Runtime,
  network: Network,
  { x, labels }: Examples,
  options: SgdOptions,
): Promise<SgdResult> {
  const n = x.shape[0];
  const batch = Math.min(options.batch, n);
  // The graph takes the rows drawn from all of them, which saves copies.
  const fixed = { x: x as Tensor, labels: tensor("int32", [n], labels) };
  const unrolled = stepsPerRun(Math.floor(n / batch), options.unroll);
  const graphs = new Map(
    [1, unrolled].map((steps) => [steps, trainingGraph(network, x.shape.slice(1), steps, options, runtime.limits)]),
  );
  const sessions = new Map<number, Session>();
  for (const [steps, { graph }] of graphs) sessions.set(steps, await runtime.compile(writeModel(modelOf(graph))));
  const [order, drops] = [options.random("batches"), options.random("dropout")];
  const stopping = options.heldOut && (await heldOutLoss(runtime, network, options.heldOut));
  let state: State = initialState(network);
  let best = { loss: Number.POSITIVE_INFINITY, epoch: 0, state };
  let steps = 0;
  const losses: number[] = [];
  try {
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const rows = permutation(order, n);
      const milestones = options.milestones.filter((at) => at <= epoch).length;
      const rate = options.learningRate * options.factor ** milestones;
      if (options.milestones.includes(epoch)) state = slowed(state, options.factor);
      let total = 0;
      for (let from = 0; from < n; ) {
        const several = from + unrolled * batch <= n ? unrolled : 1;
        const chosen = rows.subarray(from, Math.min(n, from + several * batch));
        const results = await sessions.get(several)!.run({
          ...state,
          ...masks(graphs.get(several)!.masks, chosen.length, drops),
          ...fixed,
          rows: tensor("int32", [chosen.length], chosen),
          rate: tensor("float32", [], [rate]),
        });
        total += Number(results.loss.data[0]) * chosen.length;
        state = Object.fromEntries(Object.keys(state).map((name) => [name, results[updated(name)]]));
        from += chosen.length;
        steps += several;
      }
      losses.push(total / n);
      requireConverging(total / n, epoch, labels, options);
      options.onProgress?.((epoch + 1) / options.epochs);
      if (!stopping) continue;
      const loss = await stopping.measure(state);
      if (loss < best.loss) best = { loss, epoch, state };
      else if (epoch - best.epoch >= (options.patience ?? Number.POSITIVE_INFINITY)) break;
    }
  } finally {
    for (const session of sessions.values()) await session.release();
    await stopping?.close();
  }
  const final = stopping ? best.state : state;
  const names = [...network.weights.keys()];
  return { weights: new Map(names.map((name) => [name, final[name] as Tensor<"float32">])), losses, steps };
}

function initialState(network: Network): State {
  const entries = [...network.weights].flatMap(([name, value]): [string, Tensor][] => [
    [name, value],
    [velocity(name), zeros("float32", value.shape)],
  ]);
  return Object.fromEntries(entries);
}

/** The state after the learning rate has been multiplied by a factor. */
function slowed(state: State, factor: number): State {
  const entries = Object.entries(state).map(([name, value]): [string, Tensor] => {
    const { shape, data } = value as Tensor<"float32">;
    return [
      name,
      isVelocity(name)
        ? tensor(
            "float32",
            shape,
            data.map((each) => each * factor),
          )
        : value,
    ];
  });
  return Object.fromEntries(entries);
}

/** The number of steps per run, up to a limit, with which an epoch of full batches takes the fewest runs. */
function stepsPerRun(batches: number, limit: number): number {
  let best = 1;
  const runs = (steps: number) => Math.floor(batches / steps) + (batches % steps);
  for (let steps = 2; steps <= Math.min(limit, batches); steps++) if (runs(steps) < runs(best)) best = steps;
  return best;
}

function masks(list: readonly Mask[], rows: number, random: Stream): Record<string, Tensor> {
  return Object.fromEntries(list.map((mask) => [mask.name, dropoutMask(mask, rows, random)]));
}

function requireConverging(loss: number, epoch: number, labels: Int32Array, { learningRate }: SgdOptions): void {
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 2);
  const limit = 10 * Math.log(classes);
  if (loss <= limit) return;
  throw new InputError("invalid", "training of the network", {
    expected: `a loss that falls (a constant answer has ${Math.log(classes).toFixed(2)})`,
    got:
      `${Number.isFinite(loss) ? `a mean loss of ${loss.toPrecision(3)}` : "a loss that is not a number"} in ` +
      `epoch ${epoch + 1}`,
    remedy: `choose a learning rate below ${learningRate} or a smaller weightDecay, or scale the features to [0, 1]`,
  });
}
