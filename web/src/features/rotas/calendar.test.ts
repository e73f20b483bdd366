import { expect, test } from "vitest";

import { daysOf, piecesOf, type Shift, ticks, turned, uncovered } from "./calendar.ts";

const LONDON = "Europe/London";

function shift(person: string, from: string, until: string): Shift {
  return { person, name: person, from, until, rota: "r", rota_name: "R" };
}

test("a week goes from Monday to Sunday, a month over the weeks that it touches", () => {
  expect(daysOf("week", "2026-11-24", LONDON).map((each) => each.day.slice(5))).toEqual(["11-23", "11-24", "11-25", "11-26", "11-27", "11-28", "11-29"]);
  const month = daysOf("month", "2026-11-24", LONDON);
  expect([month.length, month[0]?.day, month.at(-1)?.day]).toEqual([42, "2026-10-26", "2026-12-06"]);
  expect(daysOf("month", "2027-02-10", LONDON).length).toBe(28);
  expect([turned("month", "2026-12-31", 1), turned("month", "2026-01-31", -1), turned("week", "2026-12-30", 1)]).toEqual(["2027-01-01", "2025-12-01", "2027-01-06"]);
});

test("the days when clocks change are as long as they are, and their hours stand where they fall", () => {
  const [spring, autumn] = [daysOf("week", "2026-03-29", LONDON)[6], daysOf("week", "2026-10-25", LONDON)[6]];
  if (spring === undefined || autumn === undefined) throw new Error("a week has seven days");
  expect([spring.hours, autumn.hours]).toEqual([23, 25]);
  expect(ticks(spring, LONDON).map((each) => Math.round(each.left * 23))).toEqual([0, 5, 11, 17]);
  expect(ticks(autumn, LONDON).map((each) => Math.round(each.left * 25))).toEqual([0, 7, 13, 19]);
});

test("a shift over midnight is a piece of both days, a day without anybody one gap", () => {
  const [monday, tuesday] = daysOf("week", "2026-11-23", "UTC");
  if (monday === undefined || tuesday === undefined) throw new Error("a week has seven days");
  const answer = { shifts: [shift("anna", "2026-11-23T18:00:00Z", "2026-11-24T06:00:00Z")], gaps: [{ from: "2026-11-24T06:00:00Z", until: "2026-11-26T00:00:00Z" }] };
  expect(piecesOf(monday, answer)).toMatchObject([{ left: 0.75, width: 0.25, begun: false, goesOn: true, lane: 0 }]);
  expect(piecesOf(tuesday, answer)).toMatchObject([
    { left: 0, width: 0.25, begun: true, goesOn: false, lane: 0 },
    { shift: null, left: 0.25, width: 0.75, begun: false, goesOn: true, lane: 0 },
  ]);
  expect(uncovered(answer.gaps, Date.parse("2026-11-24T12:00:00Z"))).toBe(36 * 3_600_000);
  expect(uncovered(answer.gaps, 0, tuesday.end)).toBe(18 * 3_600_000);
});

test("who are on call at once stand beside each other, and a lane is used again", () => {
  const day = daysOf("week", "2026-11-23", "UTC")[0];
  if (day === undefined) throw new Error("a week has seven days");
  const at = (hour: number) => `2026-11-23T${String(hour).padStart(2, "0")}:00:00Z`;
  const answer = { gaps: [], shifts: [shift("anna", at(0), at(12)), shift("bo", at(6), at(8)), shift("cy", at(8), at(20))] };
  expect(piecesOf(day, answer).map((each) => [each.shift?.person, each.lane])).toEqual([["anna", 0], ["bo", 1], ["cy", 1]]);
});
