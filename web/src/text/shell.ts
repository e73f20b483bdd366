// The words of what is around every page.

export const shell = {
  name: "Harken",
  signIn: "Sign in",
  signOut: "Sign out",
  login: "Login",
  password: "Password",
  sessionOver: "Your session is over. Sign in again; what you typed is kept on this machine.",
  nav: {
    queue: "Queue",
    homes: "Homes",
    visits: "Visits",
    rules: "Rules",
    rotas: "Rotas",
    policies: "Escalation",
  },
  dark: "Dark",
  light: "Light",
  scheme: "Colours",
  shortcuts: "Keyboard shortcuts",
  shortcutsHint: "Press ? for the keyboard shortcuts",
  streamBroken: (age: string) => `No live connection. What you see is ${age} old. Trying again by itself; for urgent calls use the telephone route.`,
  presenceLost: "The server does not hear that you are here: cases you hold will go back to the queue. Check the network.",
  loading: "Loading …",
  notFound: "There is no such page. The address may be old; begin at the queue.",
  notYours: "Your role does not show this page. An administrator can change what you may see.",
  retry: "Try again",
} as const;
