// What is on record about a visit: when it was asked for, by when somebody has to be there, who did not go, how it went.

import { Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Around } from "../../shell/Around.tsx";
import { visitsWords } from "../../text/en.ts";
import { clockTime, dayTime } from "../../time/format.ts";
import type { Visit } from "./stage.ts";
import classes from "./visits.module.css";

const words = visitsWords.facts;

export function Facts({ visit, zone, withCase }: { visit: Visit; zone: string | undefined; withCase: boolean }) {
  return (
    <section aria-label={words.title}>
      <Title order={2} size="h4">
        {words.title}
      </Title>
      <ul className={classes.plain}>
        <li dir="auto">
          {words.responder}: {visit.responder?.name ?? words.nobody}
        </li>
        <li>{words.asked(dayTime(visit.created_at, zone))}</li>
        <li>{words.by(clockTime(visit.attend_by, zone), clockTime(visit.attend_limit, zone))}</li>
        {visit.arrival_proven && <li>{words.proven}</li>}
        {visit.declined.map((each, n) => (
          <li key={n}>
            <Around says={words.declined} names={[each.person.name, each.reason ?? words.noAnswer]} />
          </li>
        ))}
        {visit.completed_at != null && <li>{words.completed(dayTime(visit.completed_at, zone))}</li>}
      </ul>
      {visit.note != null && visit.note !== "" && (
        <p className={classes.words} dir="auto">
          <b>{words.note}:</b> {visit.note}
        </p>
      )}
      {withCase && (
        <Text>
          <Link to="/cases/$id" params={{ id: visit.alert }}>
            {words.case}
          </Link>
        </Text>
      )}
    </section>
  );
}
