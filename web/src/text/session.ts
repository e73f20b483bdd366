// The words about the end of a session.

export const session = {
  ends: (time: string) => `Your session ends at ${time}`,
  in: (span: string) => `(in ${span}).`,
  stay: "Stay signed in",
  notAgain: "It cannot be continued again without your password.",
  signInAgain: "Sign in again",
  cancel: "Not now",
} as const;
