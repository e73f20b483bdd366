// The words of the responder's pages.

export const words = {
  title: "My visits",
} as const;
