// Redis and a server of S3's protocol, which can be stopped and started again.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** @typedef {import("./places.mjs").Place} Place */

const BUCKET = "bucket";
const [REDIS_PORT, S3_PORT] = [16_379, 17_070];
const [KEY, SECRET] = ["carom-test-key", "carom-test-secret"];

/** What carom needs to know of the bucket. @param {string} address */
export const bucketEnv = (address) => ({
  ...{ AWS_ENDPOINT_URL: `http://${address}:${S3_PORT}`, AWS_REGION: "us-east-1" },
  ...{ AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET },
});
/** @param {string} address */
export const redisUrl = (address) => `redis://${address}:${REDIS_PORT}`;
export const bucketUrl = `s3://${BUCKET}/some/prefix`;

/** A queue that keeps nothing when it is killed. @param {Place} place @param {string} address */
export function startRedis(place, address) {
  const options = `--bind ${address} --port ${REDIS_PORT} --save "" --appendonly no --protected-mode no`;
  return place.run(`exec redis-server ${options} --dir ${place.inside}`, { PATH: process.env.PATH });
}

/**
 * Starts what CAROM_TEST_S3_SERVER names, versitygw or moto_server. The first keeps its objects in a folder, so that it
 * can be killed and started again; the second keeps them in memory, so that it can only stand still.
 *
 * @param {Place} place @param {string} address
 */
export function startS3(place, address) {
  const program = process.env.CAROM_TEST_S3_SERVER ?? "moto_server";
  const keeps = program.endsWith("versitygw");
  mkdirSync(join(place.folder, "objects", BUCKET), { recursive: true });
  const env = { PATH: process.env.PATH, ROOT_ACCESS_KEY: KEY, ROOT_SECRET_KEY: SECRET };
  const script = keeps
    ? `exec ${program} --port ${address}:${S3_PORT} posix ${place.inside}/objects`
    : `${program} -H ${address} -p ${S3_PORT} &
until curl -sf -X PUT http://${address}:${S3_PORT}/${BUCKET}; do sleep .2; done
wait`;
  let running = place.run(script, env);
  return {
    name: program.slice(program.lastIndexOf("/") + 1),
    down: () => (keeps ? running.kill() : running.freeze()),
    up: () => {
      if (keeps) running = place.run(script, env);
      else running.revive();
    },
    kill: () => running.kill(),
  };
}

/** Whether a program is installed. @param {string} program */
export const isThere = (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
