// Where the user's own files are dropped or chosen; what reads them is loaded when the first one comes.

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

const found = signal<ComponentType | undefined>(undefined);

async function take(list: FileList | null | undefined): Promise<void> {
  if (!list || list.length === 0) return;
  const files = Array.from(list);
  const [{ Own }, { ask }] = await Promise.all([import("../own/own.tsx"), import("../own/state.ts")]);
  found.value = Own;
  const read = async (file: File) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
  await ask(await Promise.all(files.map(read)));
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
      <label
        class={isOver ? "drop over" : "drop"}
        onDragOver={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files);
        }}
      >
        <span>
          Drop one or two ONNX classifiers and labelled data (.npz or .csv) here, or choose them: the first model is
          attacked, the second is the target.
        </span>
        <input
          type="file"
          multiple
          onChange={({ currentTarget }) => {
            const { files } = currentTarget;
            void take(files).then(() => {
              currentTarget.value = "";
            });
          }}
        />
      </label>
      <p class="note">
        Files stay in this page: it was served with a policy that forbids it, and all that it runs, to send anything
        anywhere else.
      </p>
      {Own && <Own />}
    </section>
  );
}
