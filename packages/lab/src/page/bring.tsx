// Where the user's own files are dropped or chosen; what reads them is loaded when the first one comes.

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { chosenFiles, type Dropped, droppedFiles } from "./dropped.ts";

const found = signal<ComponentType | undefined>(undefined);

async function bring(coming: readonly Dropped[] | Promise<readonly Dropped[]>): Promise<void> {
  const files = await coming;
  if (files.length === 0) return;
  const [{ Own }, { take }] = await Promise.all([import("../own/own.tsx"), import("../own/state.ts")]);
  found.value = Own;
  const read = async ({ file, folder }: Dropped) => ({
    name: file.name,
    folder,
    bytes: new Uint8Array(await file.arrayBuffer()),
  });
  await take(await Promise.all(files.map(read)));
}

function choose({ currentTarget }: { readonly currentTarget: HTMLInputElement }): void {
  void bring(chosenFiles(currentTarget.files)).then(() => {
    currentTarget.value = "";
  });
}

export function Bring() {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    // A file that misses the place would replace the page.
    const refuse = (event: DragEvent) => event.preventDefault();
    addEventListener("dragover", refuse);
    addEventListener("drop", refuse);
    return () => {
      removeEventListener("dragover", refuse);
      removeEventListener("drop", refuse);
    };
  }, []);
  const Own = found.value;
  return (
    <section class="bring" aria-label="Bring your own">
      <h2>Bring your own</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here may be chosen, by keyboard too */}
      <div
        class={isOver ? "drop over" : "drop"}
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void bring(droppedFiles(event.dataTransfer));
        }}
      >
        <p>
          Drop one or two ONNX classifiers and labelled data (.npz, .csv, or a folder of PNG or JPEG images with a
          sub-folder for each class or a <code>labels.csv</code>) here, or choose them: the first model is attacked, the
          second is the target. A model without gradients, such as a forest, is a target; where no other was dropped, a
          surrogate is trained here. Or drop the folder of a run of <code>carom audit</code>, or its{" "}
          <code>metrics.json</code>: its report is opened here.
        </p>
        <label>
          Choose files <input type="file" multiple onChange={choose} />
        </label>
        <label>
          or a whole folder <input type="file" {...{ webkitdirectory: true }} onChange={choose} />
        </label>
      </div>
      <p class="note">
        Files stay in this page: it was served with a policy that forbids it, and all that it runs, to send anything
        anywhere else.
      </p>
      {Own && <Own />}
    </section>
  );
}
