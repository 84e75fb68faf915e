import { expect, it } from "vitest";
import { bytesInWords } from "./bytesInWords.ts";

it("writes sizes of any order to three digits", () => {
  const sizes = [0, 1234, 250_000, 1e6, 999_999_999, 1e9, 28.8e9, 4e11, 2 ** 44];
  const words = ["0 MB", "0.00123 MB", "0.25 MB", "1 MB", "1000 MB", "1 GB", "28.8 GB", "400 GB", "17.6 TB"];
  expect(sizes.map(bytesInWords)).toEqual(words);
});
