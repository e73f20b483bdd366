// The words of what was set aside.

export const words = {
  title: "Quarantine",
} as const;
