// MLflow's scoring server: rows are posted to /invocations.
// https://mlflow.org/docs/latest/genai/serving

import { answersFrom, unexpected } from "../answer.ts";
import { isObject } from "../isObject.ts";
import { type Introduction, nested, type Protocol, withPath } from "./protocol.ts";

export const mlflowPath = /\/invocations\/?$/;

/** A model behind an MLflow server, which says nothing of it before it is asked. */
export function mlflow({ url, name }: Introduction): Protocol {
  const path = mlflowPath.test(url.pathname) ? url.pathname : `${url.pathname.replace(/\/$/, "")}/invocations`;
  return {
    name: "mlflow",
    url: withPath(url, path),
    remedy:
      "if the model wants named columns, describe it in a mapping file with request: { dataframe_split: { " +
      "columns: [...], data: $rows } } and scores: predictions",
    body: (rows) => ({ inputs: nested(rows) }),
    answers(document, rows) {
      // Models that are not served by MLflow's own server may answer with the list itself.
      const list = isObject(document) ? document.predictions : document;
      if (list === undefined) throw unexpected(name, "predictions", "a document without them");
      return answersFrom(list, rows, name);
    },
  };
}
