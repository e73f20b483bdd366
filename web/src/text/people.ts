// The words of users and tokens.

export const words = {
  title: "Users and tokens",
} as const;
