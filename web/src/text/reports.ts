// The words of reports.

export const words = {
  title: "Reports",
} as const;
