// One open alert in the queue: how urgent, who, why, how long, and who has it.

import { Badge, Box, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { memo } from "react";

import type { Alert } from "../../api/client.ts";
import type { Place } from "../../places/places.ts";
import { queue } from "../../text/en.ts";
import { clockTime, shortSpan } from "../../time/format.ts";
import { marks } from "./lanes.ts";
import classes from "./queue.module.css";

interface Props {
  alert: Alert;
  place: Place | null;
  /** Open alerts of the same home beside this one. */
  others: number;
  now: number;
  me: string;
  mayAccept: boolean;
  onAccept: (alert: Alert) => void;
}

function Mark({ label, ms }: { label: string; ms: number | null }) {
  if (ms === null) return null;
  const passed = ms < 0;
  return (
    <span className={passed ? classes.passed : ms < 20_000 ? classes.near : classes.mark}>
      {label} {passed ? queue.markPassed : shortSpan(ms)}
    </span>
  );
}

export const AlertRow = memo(function AlertRow({ alert, place, others, now, me, mayAccept, onAccept }: Props) {
  const at = marks(alert, now);
  const waiting = alert.state === "raised";
  const name = place === null ? (alert.home == null ? (alert.gateway ?? queue.organisationMatter) : "…") : place.name;
  return (
    <Box component="li" className={classes.row} data-priority={alert.priority} data-waiting={waiting} data-alert={alert.id}>
      <div className={classes.urgency}>
        <span className={classes.priority}>{alert.priority}</span>
        <span className="counting">{shortSpan(at.waitedMs)}</span>
      </div>
      <div className={classes.what}>
        <Group gap={8} wrap="nowrap">
          <Link className={classes.title} to="/cases/$id" params={{ id: alert.id }}>
            {alert.rule.title}
          </Link>
          {alert.activations > 1 && <Badge color="red" variant="filled">{queue.activations(alert.activations)}</Badge>}
          {alert.test && <Badge color="gray" variant="filled">{queue.lanes.test}</Badge>}
          {alert.previous_holder != null && waiting && <Badge color="orange" variant="filled">{queue.returned(alert.previous_holder.name)}</Badge>}
          {alert.level > 1 && waiting && <Badge color="violet" variant="filled">{queue.escalated(alert.level)}</Badge>}
        </Group>
        <Text size="sm" lineClamp={1} dir="auto">
          {alert.explanation}
        </Text>
      </div>
      <div className={classes.where}>
        <Text fw={600} truncate dir="auto" title={name}>
          {place === null ? (
            name
          ) : (
            <Link className={classes.home} to="/homes/$id" params={{ id: place.id }}>
              {name}
            </Link>
          )}
        </Text>
        <Text size="sm" truncate dir="auto">
          {place === null ? "" : [place.residents.join(", "), place.locality].filter((part) => part !== "").join(" · ")}
        </Text>
        {others > 0 && <Text size="xs">{queue.others(others)}</Text>}
      </div>
      <div className={classes.marks}>
        {waiting && <Mark label={queue.mark60} ms={at.firstMs} />}
        {waiting && <Mark label={queue.mark180} ms={at.secondMs} />}
        {alert.held_until != null && <span>{queue.heldUntil(clockTime(alert.held_until))}</span>}
      </div>
      <div className={classes.act}>
        {waiting ? (
          mayAccept && (
            <Button size="compact-md" onClick={() => onAccept(alert)}>
              {queue.accept}
            </Button>
          )
        ) : (
          <Text size="sm" truncate fw={alert.holder?.id === me ? 700 : 400} dir="auto">
            {alert.holder?.id === me ? queue.mine : queue.acceptedBy(alert.holder?.name ?? "")}
          </Text>
        )}
      </div>
    </Box>
  );
});
