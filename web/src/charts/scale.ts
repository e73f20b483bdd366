// Where numbers and words go in a drawing.

/** The end of an axis for values up to `greatest`: a round number whose quarters are whole, so that its lines fall on whole ones. */
export function axisEnd(greatest: number): number {
  const small = [4, 8, 12].find((end) => end >= greatest);
  if (small !== undefined) return small;
  const ten = 10 ** Math.floor(Math.log10(greatest));
  return ([1, 2, 4, 6, 8].find((step) => step * ten >= greatest) ?? 10) * ten;
}

export interface Axis {
  low: number;
  high: number;
  /** Where its lines are, from the lowest. */
  lines: number[];
}

const QUARTERS = 4;

function axis(low: number, high: number): Axis {
  return { low, high, lines: Array.from({ length: QUARTERS + 1 }, (_, n) => low + ((high - low) * n) / QUARTERS) };
}

/** An axis from nothing to what is enough for all values. */
export function countAxis(values: readonly number[]): Axis {
  return axis(0, axisEnd(Math.max(0, ...values)));
}

/** Ends at which four steps are round numbers of percent. */
const LOWS = [96, 92, 80, 60, 20, 0];
const HIGHS = [4, 8, 20, 40, 80, 100];

/** An axis for percent: near all or near nothing it shows the part that matters, and else all of it. */
export function percentAxis(values: readonly number[]): Axis {
  const [least, most] = [Math.min(100, ...values), Math.max(0, ...values)];
  if (least >= 20) return axis(LOWS.find((low) => low <= least) ?? 0, 100);
  return axis(0, HIGHS.find((high) => high >= most) ?? 100);
}

/** Of labels so wide, side by side in steps of so many pixels, every how manieth has room. */
export function every(label: number, step: number): number {
  return Math.max(1, Math.ceil(label / Math.max(1, step)));
}

/** About how wide a letter is in a drawing. */
const LETTER = 6.6;

/** As much of a text as has room in so many pixels. */
export function fitting(text: string, width: number): string {
  const room = Math.max(1, Math.floor(width / LETTER));
  const letters = Array.from(text);
  return letters.length <= room ? text : `${letters.slice(0, room - 1).join("")}…`;
}

/** Unbroken pieces of a line: what is not known leaves a gap. */
export function pieces(values: readonly (number | null)[]): { at: number; value: number }[][] {
  const found: { at: number; value: number }[][] = [];
  let open: { at: number; value: number }[] | null = null;
  values.forEach((value, at) => {
    if (value === null) {
      open = null;
      return;
    }
    if (open === null) found.push((open = []));
    open.push({ at, value });
  });
  return found;
}

/** How strong a cell of a heat map is drawn: 0 for nothing, else 1 to 5. */
export function strength(value: number, most: number): number {
  return value <= 0 || most <= 0 ? 0 : Math.max(1, Math.ceil((value / most) * 5));
}
