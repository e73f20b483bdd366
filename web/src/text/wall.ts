// The words of the wall board.

export const words = {
  title: "Wall board",
} as const;
