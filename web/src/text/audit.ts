// The words of the audit trail.

export const words = {
  title: "Audit",
} as const;
