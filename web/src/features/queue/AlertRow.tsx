// One open alert in the queue: how urgent, who, why, how long, and who has it. Drawn again only when it changed: what moves with the clock is in
// `Ticking`, and what is drawn is plain, as there may be five hundred.

import { memo } from "react";

import type { Alert } from "../../api/client.ts";
import type { Place } from "../../places/places.ts";
import { Around } from "../../shell/Around.tsx";
import { queue } from "../../text/en.ts";
import { clockTime } from "../../time/format.ts";
import classes from "./queue.module.css";
import { Mark, Waited } from "./Ticking.tsx";

interface Props {
  alert: Alert;
  place: Place | null;
  /** Open alerts of the same home beside this one. */
  others: number;
  me: string;
  mayAccept: boolean;
  onAccept: (alert: Alert) => void;
}

function Badges({ alert, waiting }: { alert: Alert; waiting: boolean }) {
  return (
    <>
      {alert.activations > 1 && <span className={`${classes.badge} ${classes.red}`}>{queue.activations(alert.activations)}</span>}
      {alert.test && <span className={`${classes.badge} ${classes.gray}`}>{queue.lanes.test}</span>}
      {alert.previous_holder != null && waiting && <span className={`${classes.badge} ${classes.orange}`}>
          <Around says={queue.returned} names={[alert.previous_holder.name]} />
        </span>}
      {alert.level > 1 && waiting && <span className={`${classes.badge} ${classes.violet}`}>{queue.escalated(alert.level)}</span>}
    </>
  );
}

export const AlertRow = memo(function AlertRow({ alert, place, others, me, mayAccept, onAccept }: Props) {
  const waiting = alert.state === "raised";
  const name = place === null ? (alert.home == null ? (alert.gateway ?? queue.organisationMatter) : "…") : place.name;
  const who = place === null ? "" : [place.residents.join(", "), place.locality].filter((part) => part !== "").join(" · ");
  const holder = alert.holder?.name ?? alert.fault?.owner ?? "";
  const mine = alert.holder?.id === me;
  return (
    <li className={classes.row} data-priority={alert.priority} data-waiting={waiting} data-alert={alert.id}>
      <div className={classes.urgency}>
        <span className={classes.priority}>{alert.priority}</span>
        <Waited at={alert.raised_at} />
      </div>
      <div className={classes.what}>
        <div className={classes.head}>
          <a className={classes.title} href={`/cases/${alert.id}`} title={alert.rule.title}>
            {alert.rule.title}
          </a>
          <Badges alert={alert} waiting={waiting} />
        </div>
        <div className={classes.line} dir="auto">
          {alert.explanation}
        </div>
      </div>
      <div className={classes.where}>
        <div className={`${classes.line} ${classes.name}`} dir="auto" title={name}>
          {place === null ? (
            name
          ) : (
            <a className={classes.home} href={`/homes/${place.id}`}>
              {name}
            </a>
          )}
        </div>
        <div className={classes.line} dir="auto">
          {who}
        </div>
        {others > 0 && <div className={classes.others}>{queue.others(others)}</div>}
      </div>
      <div className={classes.marks}>
        {waiting && alert.answer_by != null && <Mark label={queue.mark60} at={alert.answer_by} />}
        {waiting && alert.breach_at != null && <Mark label={queue.mark180} at={alert.breach_at} />}
        {alert.held_until != null && <span>{queue.heldUntil(clockTime(alert.held_until, place?.zone))}</span>}
      </div>
      <div className={classes.act}>
        {waiting ? (
          mayAccept && (
            <button type="button" className={classes.accept} onClick={() => onAccept(alert)}>
              {queue.accept}
            </button>
          )
        ) : (
          <span className={mine ? classes.mine : classes.holder} title={mine ? queue.mine : queue.acceptedBy(holder)}>
            {mine ? queue.mine : <Around says={queue.acceptedBy} names={[holder]} />}
          </span>
        )}
      </div>
    </li>
  );
});
