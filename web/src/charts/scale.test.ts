import { expect, test } from "vitest";

import { axisEnd, countAxis, every, fitting, percentAxis, pieces, strength } from "./scale.ts";

test("an axis ends at a round number whose quarters are whole", () => {
  expect([0, 3, 5, 10, 13, 39, 41, 61, 81, 399, 401, 100_001].map(axisEnd)).toEqual([4, 4, 8, 12, 20, 40, 60, 80, 100, 400, 600, 200_000]);
  for (let value = 0; value < 2000; value++) expect([axisEnd(value) % 4, axisEnd(value) >= value], `${value}`).toEqual([0, true]);
  expect(countAxis([3, 17])).toEqual({ low: 0, high: 20, lines: [0, 5, 10, 15, 20] });
  expect(countAxis([]).high).toBe(4);
});

test("percent near a mark are drawn so that the distance to it is seen, and nothing falls outside", () => {
  expect(percentAxis([99.2, 97.5])).toEqual({ low: 96, high: 100, lines: [96, 97, 98, 99, 100] });
  expect([percentAxis([95]).low, percentAxis([81, 99]).low, percentAxis([20, 99]).low, percentAxis([0, 100]).low]).toEqual([92, 80, 20, 0]);
  expect([percentAxis([1.5]).high, percentAxis([7, 0]).high, percentAxis([19.99]).high, percentAxis([19, 90]).high]).toEqual([4, 8, 20, 100]);
  expect(percentAxis([])).toMatchObject({ high: 100 });
  for (const values of [[0], [100], [19.9, 20], [96, 95.99], [40.1]]) {
    const { low, high } = percentAxis(values);
    expect(values.every((value) => value >= low && value <= high), values.join()).toBe(true);
  }
});

test("labels leave each other room, and long words end in an ellipsis", () => {
  expect([every(50, 20), every(50, 60), every(50, 0.2)]).toEqual([3, 1, 50]);
  expect([fitting("Pendant", 200), fitting("Pendant pressed in the bathroom", 80)]).toEqual(["Pendant", "Pendant pre…"]);
});

test("what is not known is a gap and never nought", () => {
  expect(pieces([1, null, 2, 3, null])).toEqual([[{ at: 0, value: 1 }], [{ at: 2, value: 2 }, { at: 3, value: 3 }]]);
});

test("whatever happened once is seen", () => {
  expect([strength(0, 100), strength(1, 100), strength(20, 100), strength(21, 100), strength(100, 100), strength(0, 0)]).toEqual([0, 1, 1, 2, 5, 0]);
});
