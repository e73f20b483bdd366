// The words of evidence packs.

export const words = {
  title: "Evidence pack",
  ofAlert: "Everything that is kept of this alert: its timeline, the rule and the plans as they were, who saw and did what, messages, and whether the trail is intact. That you asked is noted.",
  ofPerson: "Everything that is kept of the alerts of one person within a period: timelines, rules and plans as they were, who saw and did what, messages, and whether the trail is intact. That you asked is noted.",
  purpose: "For",
  purposes: {
    complaint: "A complaint: everything",
    coroner: "A coroner: everything",
    subject_access: "The person's own request: without other persons' data",
  },
  from: "From",
  to: "To (this day included)",
  html: "Page to keep (HTML)",
  json: "Data (JSON)",
  noPeriod: "Enter both days, the last one not before the first.",
  whose: "Whose",
  person: "Person",
  home: "Find the home",
  homeHint: "Type some of its name or address; archived ones are found too",
  noHome: "No home is found by these words.",
  noPerson: "Nobody is registered at this home.",
  chosen: (home: string) => `At ${home}`,
  another: "Another home",
  archived: "no longer there",
  forPerson: (name: string) => `Evidence pack of ${name}`,
} as const;
