// Runs the built command as a user does: a process of its own.

import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Tensor } from "@carom/core";
import { writeNpz } from "@carom/core/data";
import { afterAll } from "vitest";

const main = fileURLToPath(new URL("../bin/carom.js", import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** The store; a new one for each run where absent, so that no run profits from another. */
  readonly store?: string;
  /** Variables of the environment; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A command that starts Node, such as a tracer with its options. */
  readonly under?: readonly string[];
  /** Called with everything written to standard error so far; what it returns is sent as a signal. */
  onStderr?(text: string): NodeJS.Signals | undefined;
}

/** `carom ...args`, to its end. */
export function carom(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const ownStore = options.store === undefined ? mkdtempSync(join(tmpdir(), "carom-store-")) : undefined;
  return new Promise<Finished>((resolve, reject) => {
    const [command, ...rest] = [...(options.under ?? []), process.execPath, main, ...args];
    const child = spawn(command, rest, {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CAROM_STORE: options.store ?? ownStore, ...options.env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text;
      const signal = options.onStderr?.(stderr);
      if (signal) child.kill(signal);
    });
    child.on("error", reject).on("close", (status) => resolve({ status, stdout, stderr }));
  }).finally(() => {
    if (ownStore) rmSync(ownStore, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}

/** A new empty folder, removed when the tests of the file are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "carom-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything under a folder, sorted. */
export function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/**
 * N points of 4 features in [0, 1] in two classes, 3 and 7, that a line tells apart but for every eighth.
 * They follow from their number alone, so that all runs see the same ones.
 */
export function points(n: number): { readonly x: Tensor<"float32">; readonly y: Tensor<"int32"> } {
  const fraction = (value: number) => value - Math.floor(value);
  const x = Float32Array.from({ length: 4 * n }, (_, i) => fraction((i + 1) * 0.754877666 + (i % 4) * 0.31));
  const y = Int32Array.from({ length: n }, (_, i) => {
    const above = x[4 * i] + 0.5 * x[4 * i + 1] > 0.75;
    return above === (i % 8 !== 0) ? 7 : 3;
  });
  return { x: { type: "float32", shape: [n, 4], data: x }, y: { type: "int32", shape: [n], data: y } };
}

/** The points as a .npz file. */
export function pointsFile(n: number): Uint8Array {
  const { x, y } = points(n);
  return writeNpz({ x, y });
}
