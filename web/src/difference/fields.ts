// What differs between two records, field by field, in the order in which they are written.

export interface FieldChange {
  /** Where it stands: `condition.lasting.for`, `instructions 3`. */
  field: string;
  /** Absent: it was not there. */
  before?: string;
  /** Absent: it is there no more. */
  after?: string;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as a person reads it. */
export function told(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map(told).join(value.some(isRecord) ? "; " : ", ");
  return isRecord(value)
    ? Object.entries(value)
        .map(([name, each]) => `${name}: ${told(each)}`)
        .join(", ")
    : "";
}

function same(one: unknown, two: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}

/** Whether a list holds nothing but plain values, so that it reads well in one line. */
function isShort(list: readonly unknown[]): boolean {
  return list.every((each) => typeof each !== "object" && told(each).length < 40);
}

function parts(value: unknown): Map<string, unknown> | null {
  if (isRecord(value)) return new Map(Object.entries(value));
  if (Array.isArray(value) && !isShort(value)) return new Map(value.map((each: unknown, n) => [String(n + 1), each]));
  return null;
}

function named(place: string, value: unknown, name: string): string {
  if (place === "") return name;
  return Array.isArray(value) ? `${place} ${name}` : `${place}.${name}`;
}

/** The fields that differ. What is a record or a long list on both sides is looked into; `undefined` stands for what is not there. */
export function differences(before: unknown, after: unknown, place = ""): FieldChange[] {
  if (same(before, after)) return [];
  const [was, is] = [parts(before), parts(after)];
  // One side that is not there at all is looked into at the top only: deeper, it is one thing that came or went.
  const open = (side: Map<string, unknown> | null, value: unknown) => side !== null || (value === undefined && place === "");
  if (open(was, before) && open(is, after) && (was ?? is) !== null) {
    const names = new Set([...(is?.keys() ?? []), ...(was?.keys() ?? [])]);
    return [...names].flatMap((name) => differences(was?.get(name), is?.get(name), named(place, after ?? before, name)));
  }
  return [{ field: place, ...(before === undefined ? {} : { before: told(before) }), ...(after === undefined ? {} : { after: told(after) }) }];
}
