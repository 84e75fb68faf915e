// No form of a credential is left in what is written, wherever a text is cut.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excerpt } from "../host/http/body.ts";
import { keepSecret, redact, redactDocument } from "./secrets.ts";

const printable = fc.string({ unit: fc.constantFrom(..."abcXYZ019-_.~+/=!%&<>'\"äö€"), minLength: 12, maxLength: 60 });
/** What programs do to a text before they write it. */
const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  upper: (text) => text.toUpperCase(),
  reversed: (text) => [...text].reverse().join(""),
  spaced: (text) => [...text].join(" "),
  json: (text) => JSON.stringify(text),
  "json in ASCII": (text) =>
    JSON.stringify(text).replaceAll(/[^ -~]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "unicode escapes": (text) =>
    Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join(""),
  component: encodeURIComponent,
  "percent everywhere": (text) =>
    [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  hex: (text) => Buffer.from(text).toString("hex"),
  "hex in capitals": (text) => Buffer.from(text).toString("hex").toUpperCase(),
  base64: (text) => Buffer.from(text).toString("base64"),
  "base64 for addresses": (text) => Buffer.from(text).toString("base64url"),
  "base64 of latin 1": (text) => Buffer.from(text, "latin1").toString("base64"),
  "base64 in lines": (text) => Buffer.from(text).toString("base64").replaceAll(/.{8}/g, "$&\n"),
  html: (text) =>
    text.replaceAll(/[&<>"']/g, (each) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[each] ?? "&#39;"),
};

/** Whether six characters in a row of a text stand in another: more than chance would put there. */
function shows(text: string, secret: string): boolean {
  const dense = text.replaceAll(/\s/g, "");
  return Array.from({ length: secret.length - 9 }, (_, i) => secret.slice(i, i + 10)).some((part) =>
    dense.includes(part),
  );
}

describe("a secret", () => {
  it.each(Object.keys(encodings))("is struck out as it is written: %s", (name) => {
    const written = encodings[name];
    fc.assert(
      fc.property(printable, fc.string(), fc.string(), (secret, before, after) => {
        keepSecret(secret);
        const text = `${before}${written(secret)}${after}`;
        expect(shows(redact(text), written(secret).replaceAll(/\s/g, ""))).toBe(false);
        expect(JSON.stringify(redactDocument({ [text]: [text, 1] }))).not.toContain(
          JSON.stringify(written(secret)).slice(1, -1),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("is struck out of base64 of a longer text, wherever it stands there", () => {
    fc.assert(
      fc.property(printable, fc.string({ maxLength: 7 }), fc.string({ maxLength: 7 }), (secret, before, after) => {
        keepSecret(secret);
        const digits = Buffer.from(`${before}${secret}${after}`).toString("base64");
        const own = digits.slice(2 + Math.ceil((Buffer.byteLength(before) * 4) / 3), -12);
        expect(own.length > 12 && redact(digits).includes(own)).toBe(false);
      }),
    );
  });

  it("shows no beginning where a text is cut", () => {
    const secret = "planted-secret-0123456789abcdef";
    keepSecret(secret);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(80, 160),
        (n, times, length) => {
          const shown = excerpt(`${"x".repeat(n)}${secret.repeat(times)}${"y".repeat(200)}`, length);
          expect(shown).not.toContain(secret.slice(0, 6));
        },
      ),
    );
    // Also where so much came that no more is looked at.
    for (const more of [10, 20, 31]) {
      const long = excerpt(secret.repeat(Math.ceil(2 ** 16 / secret.length)) + " ".repeat(more) + secret, 2 ** 20);
      expect(long.replaceAll("[credential]", "")).not.toContain("planted");
    }
  });

  it("leaves other texts as they are", () => {
    keepSecret("another-secret-of-ours");
    const others = fc.string().filter((text) => !/[:@]/.test(text));
    fc.assert(fc.property(others, (text) => void expect(redact(text)).toBe(text)));
    expect(redact("say --batch 1 to http://127.0.0.1:80/v2/models/m@2, or at 10:30 write to us@host")).toBe(
      "say --batch 1 to http://127.0.0.1:80/v2/models/m@2, or at 10:30 write to us@host",
    );
  });
});

describe("user and password in an address", () => {
  const signs = "abXY01-_.!$&*+,;=~%";
  const text = (more: string) => fc.string({ unit: fc.constantFrom(...signs, ...more), minLength: 1, maxLength: 12 });
  const user = text("");
  // What begins with a number and a slash is a port and a path.
  const password = text("/@:").filter((each) => !/^\d*\//.test(each));
  const forms = fc.constantFrom("http://", "https://", "htp://", "http:/", "http//", "//", "", "HTTP:\\\\", "ftp://");

  it("are not shown, however the address is mistyped", () => {
    fc.assert(
      fc.property(forms, user, password, (scheme, user, password) => {
        const shown = redact(`missing model file ${scheme}${user}:${password}@host:8080/v2: expected a file, got none`);
        expect(shown).not.toContain(`${user}:${password}`);
        expect(shown).toContain("@host:8080/v2: expected a file, got none");
      }),
    );
  });
});
