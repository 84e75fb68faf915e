// Hosts on one machine that share nothing but what they are given: each has its own network, processes and files, by
// the namespaces of Linux. Where these cannot be made, a host is a folder and a group of processes.

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Running Processes of a host, or services of its own.
 * @property {() => void} kill Ends them without a word, as a machine that loses its power does.
 * @property {() => void} freeze They stand still.
 * @property {() => void} revive They go on.
 * @property {Promise<number>} ended Their exit status, when they have ended.
 *
 * @typedef {object} Place
 * @property {string} name
 * @property {string} folder What is its own, as seen from outside.
 * @property {string} inside The same folder, as it sees it.
 * @property {(script: string, env: NodeJS.ProcessEnv) => Running} run Runs a script of a shell.
 *
 * @typedef {object} Places
 * @property {"namespaces" | "folders"} kind
 * @property {readonly Place[]} hosts They reach the services and not each other.
 * @property {Place} services
 * @property {string} address Of the services, for hosts.
 * @property {string} packages A folder of packages that all may read, as hosts see it.
 * @property {string | undefined} shared A folder that all may write to, as hosts see it.
 * @property {() => void} remove
 */

/** Where a host sees what is its own, the packages and what is shared: empty folders that every Linux has. */
const [OWN, PACKAGES, SHARED] = ["/mnt", "/media", "/srv"];
const NETWORK = "10.77.24";

/** @param {string[]} command */
function must([program, ...args]) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
}

/**
 * @param {number} count
 * @param {{ readonly folder: string, readonly packages: string, readonly shares: boolean }} options `folder` is empty;
 *   with `shares` hosts have one folder in common, and no network
 * @returns {Places}
 */
export function makePlaces(count, { folder, packages, shares }) {
  const names = Array.from({ length: count }, (_, i) => `host-${i + 1}`);
  const shared = join(folder, "shared");
  for (const name of [...names, "services", "shared"]) mkdirSync(join(folder, name, "tmp"), { recursive: true });
  const spaceOf = (/** @type {string} */ name) => `carom-${process.pid}-${name}`;
  /** @type {string[]} */
  const made = [];
  const remove = () => {
    for (const space of made) spawnSync("ip", ["netns", "delete", space]);
  };
  try {
    const makeSpace = (/** @type {string} */ name) => {
      must(["ip", "netns", "add", spaceOf(name)]);
      made.push(spaceOf(name));
      must(["ip", "-n", spaceOf(name), "link", "set", "lo", "up"]);
    };
    makeSpace("services");
    const inServices = ["ip", "-n", spaceOf("services")];
    must([...inServices, "link", "add", "bridge", "type", "bridge"]);
    must([...inServices, "address", "add", `${NETWORK}.1/24`, "dev", "bridge"]);
    must([...inServices, "link", "set", "bridge", "up"]);
    for (const [i, name] of names.entries()) {
      makeSpace(name);
      if (shares) continue;
      const ends = ["link", "add", "eth0", "netns", spaceOf(name), "type", "veth", "peer", "name", name];
      must(["ip", ...ends, "netns", spaceOf("services")]);
      must([...inServices, "link", "set", name, "master", "bridge", "up"]);
      // Ports that are isolated reach the bridge and no other port.
      must([...inServices, "link", "set", name, "type", "bridge_slave", "isolated", "on"]);
      must(["ip", "-n", spaceOf(name), "address", "add", `${NETWORK}.${i + 11}/24`, "dev", "eth0"]);
      must(["ip", "-n", spaceOf(name), "link", "set", "eth0", "up"]);
    }
    /** @param {string} name @returns {Place} */
    const place = (name) => ({
      ...{ name, folder: join(folder, name), inside: OWN },
      run: (script, env) => {
        // All that is not its own can be read, as a program that is installed can, and not be written to.
        const enter =
          `mount --bind "${join(folder, name)}" ${OWN} && mount --bind "${packages}" ${PACKAGES} && ` +
          `${shares ? `mount --bind "${shared}" ${SHARED} && ` : ""}mount -o remount,bind,ro / && ` +
          `hostname ${name} && cd ${PACKAGES} && {\n${script}\n}`;
        const own = ["--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"];
        return run("ip", ["netns", "exec", spaceOf(name), "unshare", ...own, "bash", "-c", enter], {
          ...{ log: join(folder, name, "log"), cwd: "/" },
          env: { ...env, HOME: OWN, TMPDIR: `${OWN}/tmp` },
        });
      },
    });
    return {
      ...{ kind: "namespaces", hosts: names.map(place), services: place("services"), address: `${NETWORK}.1` },
      ...{ packages: PACKAGES, shared: shares ? SHARED : undefined, remove },
    };
  } catch (error) {
    remove();
    console.log(`no namespaces, hosts are folders and groups of processes: ${/** @type {Error} */ (error).message}`);
    /** @param {string} name @returns {Place} */
    const place = (name) => {
      const own = join(folder, name);
      return {
        ...{ name, folder: own, inside: own },
        run: (script, env) =>
          run("bash", ["-c", script], {
            ...{ log: join(own, "log"), cwd: packages },
            env: { ...env, HOME: own, TMPDIR: join(own, "tmp") },
          }),
      };
    };
    return {
      ...{ kind: "folders", hosts: names.map(place), services: place("services"), address: "127.0.0.1" },
      ...{ packages, shared: shares ? shared : undefined, remove },
    };
  }
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ readonly log: string, readonly cwd: string, readonly env: NodeJS.ProcessEnv }} options
 * @returns {Running}
 */
function run(program, args, { log, cwd, env }) {
  const output = openSync(log, "a");
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ["ignore", output, output] });
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      process.kill(-(/** @type {number} */ (child.pid)), name);
    } catch {
      // They have ended.
    }
  };
  return {
    kill: () => signal("SIGKILL"),
    freeze: () => signal("SIGSTOP"),
    revive: () => signal("SIGCONT"),
    ended: new Promise((resolve) => child.once("close", (status) => resolve(status ?? 1))),
  };
}
