// The way to the evidence pack of a person, for those who may fetch it.

import { Link } from "@tanstack/react-router";

import { manages, useSignedIn } from "../session/session.ts";
import { evidenceWords as words } from "../text/en.ts";

export function PersonEvidence({ person, home }: { person: { id: string; name: string }; home: string | null }) {
  if (!manages(useSignedIn())) return null;
  return (
    <Link to="/reports/evidence" search={{ resident: person.id, name: person.name, ...(home === null ? {} : { home }) }} dir="auto">
      {words.forPerson(person.name)}
    </Link>
  );
}
