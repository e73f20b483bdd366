// The words of webhooks and their deliveries.

export const words = {
  title: "Webhooks",
} as const;
