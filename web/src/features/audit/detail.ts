// What an entry of the trail tells beside who and what: fields before and after, or words.

import { differences, type FieldChange, told } from "../../difference/fields.ts";

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface Detail {
  changes: FieldChange[];
  /** Everything else, name by name. */
  said: { name: string; value: string }[];
}

/** Reads the detail of an entry: `before` and `after` are compared where they are records, the rest is told as it is. */
export function detailOf(detail: unknown): Detail {
  if (!isRecord(detail)) return { changes: [], said: detail === null || detail === undefined ? [] : [{ name: "", value: told(detail) }] };
  const { before, after, ...rest } = detail;
  const compared = isRecord(after) && (before === undefined || isRecord(before));
  const left = compared ? rest : detail;
  return {
    changes: compared ? differences(before, after) : [],
    said: Object.entries(left)
      .filter(([, value]) => value !== null)
      // Words that stand for the whole need no name.
      .map(([name, value]) => ({ name: name === "text" ? "" : name, value: told(value) })),
  };
}
