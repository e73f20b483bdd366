// Where a pack is fetched, and as what it is kept.

export type Purpose = "complaint" | "coroner" | "subject_access";
export type Form = "html" | "json";

export function alertPack(alert: string, purpose: Purpose, format: Form): { path: string; file: string } {
  const query = new URLSearchParams({ format, purpose });
  return { path: `/api/v1/alerts/${encodeURIComponent(alert)}/evidence?${query.toString()}`, file: `evidence-${alert}.${format}` };
}

/** `from` and `to` are moments. */
export function personPack(resident: string, ends: { from: string; to: string }, purpose: Purpose, format: Form): { path: string; file: string } {
  const query = new URLSearchParams({ ...ends, format, purpose });
  return { path: `/api/v1/residents/${encodeURIComponent(resident)}/evidence?${query.toString()}`, file: `evidence-${resident}.${format}` };
}
