// The words of the hand-over.

export const words = {
  title: "Hand-over",
} as const;
