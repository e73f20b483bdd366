// Which field of a form the server's words are about: it names fields as they stand in the request, in backticks or before a colon.

/** One thing said after the other: "`name` must not be empty; `zone` is not a time zone". */
function clauses(error: unknown): string[] {
  return error instanceof Error ? error.message.split(/;\s+(?=`)/) : [];
}

/** The field that a clause begins with is the one at fault: "`until` must be later than `from`" says nothing against `from`. */
const SUBJECT = /^`([^`\s]+)` /;

function isAbout(clause: string, field: string): boolean {
  const subject = SUBJECT.exec(clause)?.[1];
  const names = new Set([field, field.split(".").at(-1) ?? field]);
  if (subject !== undefined && clause.split("`").length > 3) return names.has(subject);
  return [...names].some((name) => clause.includes(`\`${name}\``) || clause.includes(`\`${name}:`) || new RegExp(`(^|[\\s.])${name.replace(/[^\w]/g, "\\$&")}: `).test(clause));
}

/** What `error` says about the field of this name, or null. `a.b` is also found by its last part. */
export function faultAt(error: unknown, field: string): string | null {
  const told = clauses(error).filter((clause) => isAbout(clause, field));
  return told.length === 0 ? null : told.join("; ");
}

/** Whether something is said that is about none of these fields: it then stands above the form. */
export function faultElsewhere(error: unknown, fields: readonly string[]): boolean {
  if (error === null || error === undefined) return false;
  const said = clauses(error);
  return said.length === 0 || said.some((clause) => fields.every((field) => !isAbout(clause, field)));
}
