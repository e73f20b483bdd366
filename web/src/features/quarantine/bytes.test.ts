import { expect, test } from "vitest";

import { bytesOf, hexDump } from "./bytes.ts";

test("bytes are printed with their place and the letters among them", () => {
  expect(hexDump(bytesOf("e/8="))).toBe(`0000  7b ff${" ".repeat(42)}  {·`);
  const two = hexDump(bytesOf(btoa("kind = pendant, at")));
  expect(two.split("\n")).toEqual(["0000  6b 69 6e 64 20 3d 20 70 65 6e 64 61 6e 74 2c 20  kind = pendant, ", `0010  61 74${" ".repeat(42)}  at`]);
});

test("what is no base64 shows nothing, and nothing breaks", () => {
  expect([hexDump(bytesOf("%%")), hexDump(bytesOf(""))]).toEqual(["", ""]);
});
