// The few colours of all figures: ink, two greys, one accent. A page may override them by CSS variables (dark mode
// does).

const variable = (name: string, fallback: string) => `var(--carom-${name}, ${fallback})`;

/** Text and the main lines; a page sets it through its text colour. */
export const ink = "currentColor";
/** What is behind a figure. */
export const paper = variable("paper", "#ffffff");
/** Secondary text and context marks. */
export const muted = variable("muted", "#6b6a66");
/** Grid and hairlines. */
export const hairline = variable("line", "#dddbd5");
/** The one accent: what the figure is about. Told apart from the greys by lightness too. */
export const accent = variable("accent", "#b3431b");
/** Text on a full accent background. */
export const onAccent = variable("on-accent", "#ffffff");

/** Default colour of text in a file of its own. */
export const inkOnPaper = "#1f1e1b";
