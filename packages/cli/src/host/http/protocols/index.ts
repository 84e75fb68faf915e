// The protocols by name, and which one an address speaks.

import { InputError, unknownName } from "@carom/core";
import { isObject } from "../isObject.ts";
import { mlflow, mlflowPath } from "./mlflow.ts";
import { openInference, openInferencePath } from "./openInference.ts";
import { type Introduction, type Protocol, withPath } from "./protocol.ts";
import { tensorflowServing, tensorflowServingPath } from "./tensorflowServing.ts";

/** What `--protocol` may name. A mapping file is a target of its own. */
export const protocols: Readonly<Record<string, (introduction: Introduction) => Protocol | Promise<Protocol>>> = {
  "open-inference": openInference,
  mlflow,
  "tensorflow-serving": tensorflowServing,
};

/** Gets to know a model: in the named protocol, else in the one that its address or its server gives away. */
export async function introduce(introduction: Introduction, named: string | undefined): Promise<Protocol> {
  const protocol = named ?? byPath(introduction.url) ?? (await byAsking(introduction));
  const introduced = Object.hasOwn(protocols, protocol) ? protocols[protocol] : undefined;
  if (!introduced) return unknownName("protocol", protocol, Object.keys(protocols));
  return introduced(introduction);
}

function byPath({ pathname }: URL): string | undefined {
  if (openInferencePath.test(pathname)) return "open-inference";
  if (tensorflowServingPath.test(pathname)) return "tensorflow-serving";
  return mlflowPath.test(pathname) ? "mlflow" : undefined;
}

/** Asks a server what it is, which sends no rows. */
async function byAsking({ url, transport, name }: Introduction): Promise<string> {
  const base = url.pathname.replace(/(\/v2)?\/?$/, "");
  const at = (path: string) => transport.probe({ url: withPath(url, `${base}${path}`) });
  const server = await at("/v2");
  if (server?.status === 200 && isObject(server.document) && "extensions" in server.document) return "open-inference";
  const [ping, version] = [await at("/ping"), await at("/version")];
  if (ping?.status === 200 && version?.status === 200) return "mlflow";
  const nobody = server === undefined && ping === undefined;
  throw new InputError(nobody ? "missing" : "unknown", nobody ? `target ${name}` : `protocol of target ${name}`, {
    expected: nobody ? "a server that answers" : `one of ${Object.keys(protocols).join(", ")}`,
    got: nobody ? "none" : "a server that gives none of them away",
    remedy: nobody
      ? "check the address, and that the server runs"
      : "name it with --protocol, or describe requests and answers in a mapping file",
  });
}
