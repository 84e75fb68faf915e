// The button under every figure that saves it as it is drawn.

interface SaveFigureProps {
  /** What it is called, in words: the file is named after it. */
  readonly name: string;
  /** The drawing. */
  figure(): SVGSVGElement;
}

export function SaveFigure({ name, figure }: SaveFigureProps) {
  const keep = async () => {
    const { save, savedFigure } = await import("../save.ts");
    save(`${name.toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, "-")}.svg`, savedFigure(figure()));
  };
  return (
    <button type="button" aria-label={`Save figure: ${name}`} onClick={keep}>
      Save figure
    </button>
  );
}
