// A service as a model: it is found, asked about a few rows, and data are put into the form and the classes that it
// has.

import { type Dataset, denseRows } from "@carom/core";
import { classPosition, spreadRows } from "@carom/core/data";
import { alignClasses, checkAnswers, type ModelWarning, withShape } from "@carom/core/models";
import { hashJson, type PlanBuilder, type Ref, type ServiceIdentity, serviceCodec } from "@carom/core/study";
import { rowsToCheck } from "../host/classifier.ts";
import type { Ledger } from "../host/http/ledger.ts";
import {
  type Connection,
  connect,
  FIRST_ROWS,
  openLedgerFor,
  openTarget,
  type RemoteTarget,
} from "../host/http/target.ts";
import { tell } from "../terminal/print.ts";
import { type AddressOptions, targetOptions } from "../ui/targetOptions.ts";

/** A service that was found, and not asked yet. */
interface FoundService {
  readonly connection: Connection;
  /** Rows in the shape that it takes. */
  shaped(data: Dataset): Dataset;
  /** Asks about the first of some rows, and counts from then on what is sent for a question that is known by a hash. */
  open(plan: PlanBuilder, question: string): Promise<OpenedService>;
}

/** A service that has answered. */
interface OpenedService {
  readonly service: RemoteTarget;
  readonly ledger: Ledger;
  /** What stands for it in a plan. */
  readonly ref: Ref<ServiceIdentity>;
  readonly hash: string;
  /** How its answers are read, in words. */
  readonly told: string;
  /** Data with the classes of the service. */
  fit(data: Dataset): Dataset;
  /** What is suspicious of its answers about rows that are asked about anyway. */
  check(data: Dataset): Promise<readonly ModelWarning[]>;
}

/**
 * Finds out what is behind an address or a mapping file; sends no rows. `data` are of the kind that it is asked about.
 */
export async function findService(
  address: string,
  options: AddressOptions & { readonly quiet?: boolean },
  data: Dataset,
  option?: string,
): Promise<FoundService> {
  const { featureNames: names, domain, classNames } = data;
  const connection = await connect(
    address,
    {
      ...targetOptions(options),
      ...(names && { fields: { names, ...(domain.groups && { groups: domain.groups }) } }),
      ...(!options.quiet && { tell }),
    },
    option,
  );
  const { name, identity, inputShape } = connection;
  const shaped = (rows: Dataset) => withShape(rows, inputShape ?? rows.featureShape, name);
  // A copy, as the rows themselves may be no more once they are divided.
  const spread = denseRows(spreadRows(shaped(data), FIRST_ROWS));
  const first = { ...spread, data: spread.data.slice() };
  return {
    connection,
    shaped,
    async open(plan, question) {
      const ledger = openLedgerFor(connection, question);
      const service = await openTarget(connection, first, classNames);
      const { told, ...reading } = service.reading;
      return {
        ...{ service, ledger, told },
        ref: plan.source(serviceCodec, { service: { ...identity, reading } }),
        hash: hashJson(identity),
        fit: (rows) => withClassesOf(rows, service),
        check(rows) {
          const few = rowsToCheck(rows);
          return service.scores(denseRows(few)).then((scores) => checkAnswers(scores, few.labels, service));
        },
      };
    },
  };
}

/** The data with its classes numbered as the service's scores are. */
function withClassesOf(data: Dataset, { classes, classNames }: RemoteTarget): Dataset {
  const isNamed =
    classNames !== undefined && data.classNames.every((name) => classPosition(classNames, name) !== undefined);
  const aligned = alignClasses(data, { classNames: isNamed ? classNames : undefined }, { classes });
  return classNames ? { ...aligned, classNames } : aligned;
}

/** A warning where a credential goes over the network for anyone to read. */
export function openCredential({ protocol }: Connection, { header, authEnv }: AddressOptions): string[] {
  const { url } = protocol;
  const isHere = /^(localhost|127\.|\[::1\])/.test(url.hostname);
  if (url.protocol === "https:" || isHere || (header === undefined && authEnv === undefined)) return [];
  return ["The headers with the credential went over a connection without encryption."];
}
