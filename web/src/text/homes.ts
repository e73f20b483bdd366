// The words of homes.

export const words = {
  title: "Homes",
} as const;
