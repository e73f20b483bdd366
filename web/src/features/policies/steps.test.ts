import { expect, test } from "vitest";

import { draftsOf, moments, newStep, type Step, stepsOf, wait } from "./steps.ts";

const STEPS: Step[] = [
  { after_s: 60, targets: [{ role: "operator" }, { rota: "r1" }] },
  { after_s: 120, targets: [{ contact: 1 }, { user: "u1" }, { webhook: "w1" }] },
];

test("steps go through the form as they are", () => {
  expect(stepsOf(draftsOf(STEPS))).toEqual(STEPS);
  expect(stepsOf(draftsOf([{ after_s: 0, targets: [{ role: "manager", rota: null, user: null }] }]))).toEqual([{ after_s: 0, targets: [{ role: "manager" }] }]);
});

test("nothing is sent while a wait or a target is left open", () => {
  expect(stepsOf([{ ...newStep(0), after: null }])).toBeNull();
  expect(stepsOf([newStep(30, [{ kind: "rota", value: "" }])])).toBeNull();
});

test("a wait is said in words, and each step has its moment", () => {
  expect([0, 60, 90, 120, 5400, 86_461].map(wait)).toEqual(["0 s", "60 s", "90 s", "2 min", "1 h 30 min", "1 d 1 min 1 s"]);
  expect(moments(STEPS)).toEqual([60, 180]);
});
