// Bringing the elements of a list into another order by moving as few as can be. React moves every element that another one jumps over; a moved element loses
// the keyboard's focus, and a click that began on it.

/** Which of these numbers, by their place, form a longest rising row: elements at these places may stay where they are. */
export function staying(numbers: readonly number[]): Set<number> {
  const ends: number[] = [];
  const before: number[] = [];
  numbers.forEach((number, at) => {
    if (number < 0) return;
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before[at] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = at;
  });
  const found = new Set<number>();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) found.add(at);
  return found;
}

/** Makes the children of `parent` be `wanted`, in that order. How many were moved or put in. */
export function arrange(parent: Element, wanted: readonly Element[]): number {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  const places = new Map([...parent.children].map((child, at) => [child, at]));
  const stay = staying(wanted.map((each) => places.get(each) ?? -1));
  let moved = 0;
  let next: Element | null = null;
  for (let at = wanted.length - 1; at >= 0; at -= 1) {
    const each: Element | undefined = wanted[at];
    if (each === undefined) continue;
    if (!stay.has(at)) {
      parent.insertBefore(each, next);
      moved += 1;
    }
    next = each;
  }
  return moved;
}
