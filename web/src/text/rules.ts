// The words of the rules and their backtests.

export const words = {
  title: "Rules",
} as const;
