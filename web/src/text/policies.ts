// The words of escalation policies.

export const words = {
  title: "Escalation",
} as const;
