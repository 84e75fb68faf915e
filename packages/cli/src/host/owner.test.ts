import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { isGone, isRunning, thisProcess } from "./owner.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test("this process is at work, and one of another start of the system is nothing to be certain of", () => {
  expect(isRunning(process.pid)).toBe(true);
  expect(isGone(thisProcess())).toBe(false);
  expect(isGone({ ...thisProcess(), pid: 2 ** 30 })).toBe(true);
  expect(isGone({ ...thisProcess(), pid: 2 ** 30, host: "another" })).toBe(false);
});

test.runIf(process.platform === "linux")(
  "a process that has ended is gone, though its parent took no notice",
  async () => {
    // The shell's first child ends when the shell has become what does not ask for its status.
    const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] });
    ends.push(() => parent.kill("SIGKILL"));
    const [first] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(first.toString());
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    // The system still knows its number.
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(isRunning(parent.pid!)).toBe(true);
  },
);
