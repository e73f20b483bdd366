// Which field of a form the server's words are about: it names fields as they stand in the request, in backticks or before a colon.

/** What `error` says about the field of this name, or null. `a.b` is also found by its last part. */
export function faultAt(error: unknown, field: string): string | null {
  if (!(error instanceof Error)) return null;
  const words = error.message;
  const last = field.split(".").at(-1) ?? field;
  for (const name of new Set([field, last])) {
    if (words.includes(`\`${name}\``) || words.includes(`\`${name}:`) || new RegExp(`(^|[\\s.])${name.replace(/[^\w]/g, "\\$&")}: `).test(words)) return words;
  }
  return null;
}

/** Whether none of these fields is what the words are about: they then stand above the form. */
export function faultElsewhere(error: unknown, fields: readonly string[]): boolean {
  return error !== null && error !== undefined && fields.every((field) => faultAt(error, field) === null);
}
