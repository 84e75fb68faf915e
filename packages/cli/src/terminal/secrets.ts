// Credentials of this process, and how nothing that is written can contain one.

/** What is shorter is no credential, and striking it out would make messages unreadable. */
const SHORTEST = 6;
const STRUCK = "[credential]";

/** All secrets in all forms, folded. */
const forms = new Set<string>();

/** Declares a value secret, as it stands and in the forms in which it may come back. */
export function keepSecret(value: string): void {
  const parts = [value, ...value.split(/[\s,;]+/)];
  // "Basic" credentials are "user:password" in base64.
  const decoded = parts.flatMap((part) => (/^[A-Za-z0-9+/]+=*$/.test(part) ? [decode(part)] : []));
  for (const text of [...parts, ...decoded, ...decoded.flatMap((each) => each.split(":"))]) {
    if (folded(text).length < SHORTEST || text.toLowerCase() === "bearer") continue;
    for (const form of formsOf(text)) forms.add(folded(form));
  }
}

const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");

/** The ways in which programs write a text: escaped for JSON, addresses and HTML, encoded, turned round. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const hex4 = (code: number) => code.toString(16).padStart(4, "0");
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  const encodings = [Buffer.from(text), Buffer.from(text, "latin1"), Buffer.from(text, "utf16le")];
  return [
    ...[text, [...text].reverse().join(""), json, json.replaceAll("/", "\\/")],
    units.map((code) => `\\u${hex4(code)}`).join(""),
    json.replaceAll(/[^ -~]/g, (each) => `\\u${hex4(each.charCodeAt(0))}`),
    ...[encodeURIComponent(text), encodeURI(text), encodeURIComponent(text).replaceAll("%20", "+")],
    [...text].map((each) => entities[each] ?? each).join(""),
    ...encodings.flatMap((bytes) => [
      bytes.toString("hex"),
      [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
      ...base64Forms(bytes),
    ]),
  ];
}

/** What base64 makes of bytes wherever they stand in a longer text: the digits that no neighbour has a part in. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const digits = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    const own = digits.slice(Math.ceil((before * 8) / 6), whole);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

/** A text without blanks and in small letters, which is how texts are compared: programs wrap lines and shout. */
function folded(text: string): string {
  const small = (letter: string) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter);
  return text.replaceAll(/\s+/g, "").replaceAll(/\p{Lu}/gu, small);
}

/** How many characters a secret may take in a text, blanks between all of them included. */
export function longestSecret(): number {
  return 2 * Math.max(0, ...[...forms].map(({ length }) => length));
}

/** User and password before a host, also where an address is mistyped, and not known for one; but no host and port. */
const userInfo = /(?<=\/\/)[^\s/?#"'<>]*@|[^\s/\\"'<>@:]+:(?!\d*[/\s])[^\s"'<>]*@(?=[\w[])/g;

/** A text with every credential struck out. */
export function redact(text: string): string {
  return withoutSecrets(text).replace(userInfo, `${STRUCK}@`);
}

function withoutSecrets(text: string): string {
  const whole = folded(text);
  const found: { from: number; to: number }[] = [];
  for (const form of forms) {
    for (let at = whole.indexOf(form); at >= 0; at = whole.indexOf(form, at + 1))
      found.push({ from: at, to: at + form.length });
  }
  if (found.length === 0) return text;
  found.sort((a, b) => a.from - b.from);
  // Where each character of the folded text stands in the text.
  const place: number[] = [];
  for (let i = 0; i < text.length; i++) if (!/\s/.test(text[i])) place.push(i);
  let result = "";
  let kept = 0;
  let covered = 0;
  for (const { from, to } of found) {
    if (from >= covered) result += text.slice(kept, place[from]) + STRUCK;
    covered = Math.max(covered, to);
    kept = place[covered - 1] + 1;
  }
  return result + text.slice(kept);
}

/** A JSON document with credentials struck out of its strings and names: a server may send back what it was sent. */
export function redactDocument(document: unknown): unknown {
  if (typeof document === "string") return withoutSecrets(document);
  if (Array.isArray(document)) {
    return document.every((each) => typeof each === "number") ? document : document.map(redactDocument);
  }
  if (typeof document !== "object" || document === null) return document;
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [withoutSecrets(name), redactDocument(value)]),
  );
}
