// A pad to draw a digit on, with the mouse, a finger or the arrow keys; what was drawn goes to the stage.

import { useRef, useState } from "preact/hooks";
import { textOf } from "../address.ts";
import { centred, PAD } from "../drawing.ts";
import { Select } from "../select.tsx";
import { drawn, show, view } from "../state.ts";

/** Half the width of the pen, and how far an arrow key moves it. */
const [PEN, STEP] = [10, 8];

export function Draw() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pen = useRef<readonly [number, number]>([PAD / 2, PAD / 4]);
  const [label, setLabel] = useState(view.value.drawn?.label ?? 0);
  const context = () => canvas.current!.getContext("2d", { willReadFrequently: true })!;
  const stroke = (to: readonly [number, number]) => {
    const pad = context();
    pad.strokeStyle = "#fff";
    pad.lineWidth = 2 * PEN;
    pad.lineCap = "round";
    pad.beginPath();
    pad.moveTo(...pen.current);
    pad.lineTo(...to);
    pad.stroke();
    pen.current = to;
  };
  const placeOf = ({ clientX, clientY }: PointerEvent): readonly [number, number] => {
    const { left, top, width } = canvas.current!.getBoundingClientRect();
    return [((clientX - left) * PAD) / width, ((clientY - top) * PAD) / width];
  };
  const clear = () => context().clearRect(0, 0, PAD, PAD);
  const keys: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-STEP, 0],
    ArrowRight: [STEP, 0],
    ArrowUp: [0, -STEP],
    ArrowDown: [0, STEP],
  };
  return (
    <section class="draw" aria-label="Draw a digit">
      <h2>Draw a digit, and attack it</h2>
      <button
        type="button"
        class="pad"
        aria-label="Pad: arrow keys draw, with shift they move the pen"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pen.current = placeOf(event);
          stroke(pen.current);
        }}
        onPointerMove={(event) => event.buttons > 0 && stroke(placeOf(event))}
        onKeyDown={(event) => {
          const way = keys[event.key];
          if (!way) return;
          event.preventDefault();
          const to = pen.current.map((at, i) => Math.min(PAD, Math.max(0, at + way[i]))) as [number, number];
          if (event.shiftKey) pen.current = to;
          else stroke(to);
        }}
      >
        <canvas ref={canvas} width={PAD} height={PAD} />
      </button>
      <p>
        <Select
          label="It is an"
          value={String(label)}
          names={{ 0: "8", 1: "9" }}
          choose={(name) => setLabel(Number(name))}
        />{" "}
        <button
          type="button"
          onClick={() => {
            const { data } = context().getImageData(0, 0, PAD, PAD);
            const pixels = centred(Float64Array.from({ length: PAD * PAD }, (_, i) => data[4 * i + 3] / 255));
            if (pixels) show({ drawn: { pixels: textOf(pixels), label } });
          }}
        >
          Attack it
        </button>{" "}
        <button type="button" onClick={clear}>
          Clear
        </button>{" "}
        {drawn.value && (
          <button type="button" onClick={() => show({ drawn: undefined })}>
            Back to the digits of the data
          </button>
        )}
      </p>
      <p class="note">
        What you draw is put on the stage as the data's digits are: 20 pixels high, its mass in the middle.
      </p>
    </section>
  );
}
