// Objects in a bucket behind S3's protocol: bytes by name, with conditions where the server keeps them.

import { setTimeout as after } from "node:timers/promises";
import { InputError } from "@carom/core";
import { optionalPackage } from "../optionalPackage.ts";

/** An object of a listing. */
export interface Listed {
  readonly name: string;
  /** Milliseconds since it was written, by the server's clock. */
  readonly age: number;
}

/** What is known of an object, for conditions. */
export interface Read {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly tag: string;
}

/** What is written; of a file that need not fit into memory a Blob. */
export type Body = Blob | Uint8Array<ArrayBuffer> | string;

/** Only where there is none yet, or only in place of that with a tag. */
export type Condition = { readonly absent: true } | { readonly tag: string };

export interface Objects {
  /** Such as `s3://bucket/prefix`. */
  readonly address: string;
  read(name: string): Promise<Read | undefined>;
  has(name: string): Promise<boolean>;
  /** Writes an object; false where a condition does not hold. */
  write(name: string, body: Body, condition?: Condition): Promise<boolean>;
  remove(name: string): Promise<void>;
  /** Objects whose names begin so, without it. */
  list(prefix: string): Promise<readonly Listed[]>;
}

/** A request before it is signed. */
interface Unsigned {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

/** What a server answers. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The part of aws4fetch that is used: it signs requests. */
interface Aws4Fetch {
  readonly AwsV4Signer: new (
    request: Unsigned & {
      readonly url: string;
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
      readonly service: string;
      readonly region: string;
      /** Keys that were derived from the secret one, for further requests. */
      readonly cache: Map<string, ArrayBuffer>;
    },
  ) => { sign(): Promise<{ readonly url: URL; readonly headers: Headers }> };
}

const PACKAGE = "aws4fetch";
/** Whether a text is the address of a bucket. */
export const isBucket = (address: string): boolean => address.startsWith("s3://");

/** Milliseconds before each further try while a server is away, about two minutes in all. */
const PAUSES = [100, 300, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000];
/** Milliseconds that one request may take. */
const TIMEOUT = 600_000;

/**
 * The objects of a bucket below a prefix. Credentials, region and another server are those of the environment:
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL.
 *
 * @throws InputError where the address is none, or the package that signs requests or the credentials are missing
 */
export async function openObjects(address: string): Promise<Objects> {
  const [, bucket, given = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*?))?\/*$/.exec(address) ?? [];
  if (bucket === undefined) {
    const detail = { expected: "s3://BUCKET/PREFIX", got: address, remedy: "name a bucket, and a prefix in it" };
    throw new InputError("invalid", "store", detail);
  }
  const prefix = given === "" ? "" : `${given}/`;
  const send = await signingFor(address);
  const base = baseOf(bucket);
  const urlOf = (name: string) => `${base}/${`${prefix}${name}`.split("/").map(encodeURIComponent).join("/")}`;
  /** An answer whose status is expected; failures that may pass, on the way here too, are tried again. */
  const request = async (url: string, init: Unsigned, expected: readonly number[]): Promise<Answer> => {
    for (let tries = 0; ; tries++) {
      const answer = await send(url, init).catch(
        (error: Error & { readonly cause?: Error }) => error.cause?.message ?? error.message,
      );
      if (typeof answer !== "string" && expected.includes(answer.status)) return answer;
      const got = typeof answer === "string" ? answer : `${answer.status} ${firstWords(answer)}`;
      const mayPass = typeof answer === "string" || answer.status >= 500 || answer.status === 429;
      if (!mayPass || tries === PAUSES.length) throw refused(address, got);
      await after(PAUSES[tries]);
    }
  };
  return {
    address,
    async read(name) {
      const { status, bytes, headers } = await request(urlOf(name), { method: "GET" }, [200, 404]);
      return status === 404 ? undefined : { bytes, tag: headers.get("etag") ?? "" };
    },
    async has(name) {
      // One byte in place of HEAD, after which Node's fetch closes its connection. What is empty has not even that one.
      const headers = { Range: "bytes=0-0" };
      return (await request(urlOf(name), { method: "GET", headers }, [200, 206, 404, 416])).status !== 404;
    },
    async write(name, body, condition) {
      const headers: Record<string, string> =
        condition === undefined ? {} : "tag" in condition ? { "If-Match": condition.tag } : { "If-None-Match": "*" };
      // A conflict is told as 409 while another writes the same, and 404 where what was to be replaced is gone.
      const statuses = condition === undefined ? [200] : [200, 412, 409, 404];
      return (await request(urlOf(name), { method: "PUT", body, headers }, statuses)).status === 200;
    },
    async remove(name) {
      await request(urlOf(name), { method: "DELETE" }, [200, 204, 404]);
    },
    async list(inner) {
      const found: Listed[] = [];
      let token: string | undefined;
      do {
        const query = new URLSearchParams({ "list-type": "2", prefix: prefix + inner });
        if (token !== undefined) query.set("continuation-token", token);
        const { headers, bytes } = await request(`${base}?${query}`, { method: "GET" }, [200]);
        const now = Date.parse(headers.get("date") ?? "");
        const text = decode(bytes);
        for (const entry of text.match(/<Contents>.*?<\/Contents>/gs) ?? []) {
          const written = Date.parse(valueIn(entry, "LastModified") ?? "");
          const name = valueIn(entry, "Key")!.slice(prefix.length + inner.length);
          found.push({ name, age: Math.max(0, (now || Date.now()) - written) });
        }
        token = valueIn(text, "IsTruncated") === "true" ? valueIn(text, "NextContinuationToken") : undefined;
      } while (token !== undefined);
      return found;
    },
  };
}

/** Sends requests with a signature. */
async function signingFor(address: string) {
  const found = await optionalPackage<Aws4Fetch>(PACKAGE);
  if (!found) {
    throw new InputError("unsupported", `store ${address}`, {
      expected: `the package ${PACKAGE}, which signs requests to a bucket`,
      got: "none",
      remedy: `install it with npm install ${PACKAGE}, or name a folder that all machines see`,
    });
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new InputError("missing", `credentials for ${address}`, {
      expected: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment",
      got: "none",
      remedy: "set them, and AWS_SESSION_TOKEN where they are for a session alone",
    });
  }
  const secrets = {
    ...{ accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    ...{ service: "s3", region: AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1" },
    cache: new Map<string, ArrayBuffer>(),
  };
  return async (address: string, request: Unsigned): Promise<Answer> => {
    const { url, headers } = await new found.AwsV4Signer({ ...secrets, ...request, url: address }).sign();
    const response = await fetch(url, { ...request, headers, signal: AbortSignal.timeout(TIMEOUT) });
    // A connection serves again when all of an answer was read.
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, bytes };
  };
}

/** Where a bucket is: below the server that the environment names, else at Amazon's. */
function baseOf(bucket: string): string {
  const server = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  if (server) return `${server.replace(/\/+$/, "")}/${bucket}`;
  return `https://${bucket}.s3.${process.env.AWS_REGION ?? "us-east-1"}.amazonaws.com`;
}

/** The text of an element that holds nothing but text. */
function valueIn(xml: string, element: string): string | undefined {
  const [, text] = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml) ?? [];
  return text?.replace(/&(amp|lt|gt|quot|apos|#39);/g, (_, name: string) => entities[name]);
}
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'" };

function firstWords({ bytes }: Answer): string {
  const text = decode(bytes);
  return valueIn(text, "Message") ?? valueIn(text, "Code") ?? "without a word";
}

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function refused(address: string, got: string): InputError {
  return new InputError("invalid", `store ${address}`, {
    expected: "a bucket that can be read and written",
    got,
    remedy:
      "see its address (AWS_ENDPOINT_URL, AWS_REGION) and the permissions of the credentials; the same command goes on",
  });
}
