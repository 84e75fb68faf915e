// A report of the command line, opened in the page: its figures, tables and sentences, drawn by what drew the report.

import { renderOpened } from "@carom/core/report";
import type { AuditResult } from "@carom/core/study";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { SaveFigure } from "../page/saveFigure.tsx";
import type { OpenedReport } from "./report.ts";

/** What shows an opened report is handed. */
export interface OpenedProps {
  readonly report: OpenedReport;
  onClose(): void;
}

export function Opened({ report: { name, result, taken }, onClose }: OpenedProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => fill(place.current!, result), [result]);
  return (
    <section class="opened" aria-label="The opened report">
      <h3>
        {name}: an audit by Carom {result.carom}, seed {result.seed}
      </h3>
      {taken.words.map((sentence) => (
        <p key={sentence} class="note">
          {sentence}
        </p>
      ))}
      <p class="note">
        Options that it names, such as --attackers, are those of the command carom; what is tried here is said with the
        controls of this page.
      </p>
      <button type="button" onClick={onClose}>
        Close the report
      </button>
      <div ref={place} />
    </section>
  );
}

/** Puts the report where its own style reaches it alone. */
function fill(place: HTMLDivElement, result: AuditResult): void {
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  root.innerHTML = renderOpened(result, document);
  for (const figure of root.querySelectorAll("figure")) {
    const [svg, caption] = [figure.querySelector("svg"), figure.querySelector("figcaption")];
    if (!svg || !caption) continue;
    const name = caption.querySelector("b")?.textContent.replace(/\.$/, "") ?? "figure";
    const button = document.createElement("span");
    caption.append(" ", button);
    render(<SaveFigure name={name} figure={() => svg} />, button);
  }
}
