// @vitest-environment jsdom

import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";

import { Around, pieces } from "./Around.tsx";

const ARABIC = "فاطمة الزهراء (ليلاً)";

test("a sentence is taken apart at its names, in whatever order it has them", () => {
  expect(pieces((name) => `${name} has it`, 1)).toEqual([0, " has it"]);
  expect(pieces((one, other) => `instead of ${other} comes ${one}.`, 2)).toEqual(["instead of ", 1, " comes ", 0, "."]);
  expect(pieces(() => "Nobody", 0)).toEqual(["Nobody"]);
});

test("each name keeps its own direction, and what is read stays the whole sentence", () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const box = document.createElement("div");
  act(() => createRoot(box).render(<Around says={(name) => `${name} 09:00–20:00`} names={[ARABIC]} />));
  expect(box.innerHTML).toBe(`<bdi>${ARABIC}</bdi> 09:00–20:00`);
});
