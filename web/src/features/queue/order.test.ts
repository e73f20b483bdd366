// @vitest-environment jsdom
import { expect, test } from "vitest";

import { arrange, staying } from "./order.ts";

const element = (id: string) => {
  const made = document.createElement("li");
  made.id = id;
  return made;
};

test("what stays is a longest rising row; what is new never stays", () => {
  const rising = (numbers: number[]) => [...staying(numbers)].sort((a, b) => a - b).map((at) => numbers[at]);
  expect(rising([3, 0, 1, 2])).toEqual([0, 1, 2]);
  expect(rising([0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
  expect(rising([2, 1, 0])).toHaveLength(1);
  expect(rising([-1, 0, -1, 1])).toEqual([0, 1]);
  expect(rising([])).toEqual([]);
});

test("the order comes out as wanted, by moving what jumped and nothing that it jumped over", () => {
  const all = Array.from({ length: 40 }, (_, n) => element(`e${n}`));
  const parent = document.createElement("ul");
  expect(arrange(parent, all)).toBe(40);
  const ids = () => [...parent.children].map((each) => each.id);
  const last = all.pop();
  if (last === undefined) throw new Error("there are forty");
  all.unshift(last);
  expect(arrange(parent, all), "the last becomes the first").toBe(1);
  all.push(...all.splice(3, 1));
  expect(arrange(parent, all), "one goes to the end").toBe(1);
  all.splice(5, 1, element("new"));
  expect(arrange(parent, all), "one goes, one comes").toBe(1);
  expect(arrange(parent, all), "nothing to do").toBe(0);
  // Any other order, by a generator of its own.
  let seed = 7;
  for (let round = 0; round < 50; round += 1) {
    all.sort((a, b) => ((seed = (seed * 48271 + a.id.length) % 2147483647), (seed % 3) - 1) || (a.id < b.id ? -1 : 1));
    arrange(parent, all);
    expect(ids()).toEqual(all.map((each) => each.id));
  }
});
