// The wall board: how the control room stands, for a big screen that everybody sees and nobody operates. It makes no sound and changes nothing, says when it
// is not live, and shows no resident by name.

import { VisuallyHidden } from "@mantine/core";
import { useMemo } from "react";

import { type ControlRoom, useControlRoomNow } from "../../places/control.ts";
import { usePlaces } from "../../places/places.ts";
import { Only } from "../../shell/Frame.tsx";
import { usePicture } from "../../stream/context.tsx";
import { queue, wallWords as words } from "../../text/en.ts";
import { useNow, useTick } from "../../time/clock.ts";
import { clockTime, day, shortSpan, span } from "../../time/format.ts";
import { since, type Standing, standing } from "./standing.ts";
import { useAwake, useNewVersions } from "./upkeep.ts";
import classes from "./wall.module.css";

const SHOWN = 6;
const SILENT_SHOWN = 3;
const NAMES_SHOWN = 10;
/** The figures are read each 10 s; so much older, something is wrong. */
const OLD_MS = 45_000;

export function WallPage() {
  return (
    <Only page="wall">
      <Wall />
    </Only>
  );
}

function Wall() {
  const picture = usePicture();
  const room = useControlRoomNow();
  const stands = useMemo(() => standing(picture.board.values()), [picture.board]);
  useAwake();
  useNewVersions(picture.live);
  return (
    <main className={classes.wall}>
      <Head live={picture.live} heardAt={picture.heardAt} readAt={room.data === undefined ? null : room.dataUpdatedAt} />
      <Levels stands={stands} />
      <Longest stands={stands} known={picture.known} marks={room.data?.marks} />
      <div className={classes.side}>
        <Today room={room.data} />
        <Silent room={room.data} />
        <Present room={room.data} />
      </div>
    </main>
  );
}

function Head({ live, heardAt, readAt }: { live: boolean; heardAt: number; readAt: number | null }) {
  const now = useNow();
  const old = readAt !== null && now - readAt > OLD_MS;
  const alarm = !live ? words.stale(span(now - heardAt)) : old ? words.figuresStale(span(now - readAt)) : null;
  return (
    <header className={classes.header} data-alarm={alarm !== null}>
      <h1>{alarm ?? words.title}</h1>
      <nav className={classes.nav}>
        <a href="/queue">{words.console}</a>
        <button type="button" onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}>
          {words.fullScreen}
        </button>
      </nav>
      <time className={classes.clock}>
        {day(now)} {clockTime(now)}
      </time>
    </header>
  );
}

function Levels({ stands }: { stands: Standing }) {
  return (
    <section className={classes.levels} aria-label={words.open}>
      <h2>
        {words.open}
        <span className={classes.columns}>
          <span>{words.waiting}</span> <span>{words.taken}</span>
        </span>
      </h2>
      <ul>
        {stands.levels.map((level) => (
          <li key={level.priority} data-priority={level.priority} data-waiting={level.waiting > 0}>
            <span className={classes.number}>{level.priority}</span>
            <span className={classes.level}>{queue.priorities[level.priority]}</span>
            <span className={classes.count}>
              {level.waiting}
              <VisuallyHidden> {words.waiting}</VisuallyHidden>
            </span>
            <span className={classes.taken}>
              {level.taken}
              <VisuallyHidden> {words.taken}</VisuallyHidden>
            </span>
          </li>
        ))}
      </ul>
      <p className={classes.rest}>
        <span>{words.held(stands.held)}</span> <span>{words.technical(stands.technical)}</span> <span>{words.tests(stands.tests)}</span>
      </p>
    </section>
  );
}

function Longest({ stands, known, marks }: { stands: Standing; known: boolean; marks: ControlRoom["marks"] | undefined }) {
  const shown = stands.longest.slice(0, SHOWN);
  const homes = useMemo(() => stands.longest.slice(0, SHOWN).flatMap((alert) => alert.home ?? []), [stands]);
  const place = usePlaces(homes);
  return (
    <section className={classes.longest} aria-label={words.longest}>
      <h2>{words.longest}</h2>
      {!known ? <p>{words.loading}</p> : shown.length === 0 ? <p className={classes.calm}>{words.nobody}</p> : null}
      <ol>
        {shown.map((alert) => {
          const home = place(alert.home);
          return (
            <li key={alert.id} data-priority={alert.priority} data-alert={alert.id}>
              <Wait from={since(alert)} marks={marks} />
              <span className={classes.what} dir="auto">
                {alert.rule.title}
              </span>
              <span className={classes.where} dir="auto">
                {home === null ? (alert.gateway ?? "") : [home.name, home.locality].filter((part) => part !== "").join(" · ")}
              </span>
            </li>
          );
        })}
      </ol>
      {stands.longest.length > SHOWN && <p className={classes.rest}>{words.more(stands.longest.length - SHOWN)}</p>}
    </section>
  );
}

function Wait({ from, marks }: { from: number; marks: ControlRoom["marks"] | undefined }) {
  const waited = useTick((now) => shortSpan(now - from));
  const over = useTick((now) => (marks === undefined ? "" : now - from > marks.limit_s * 1000 ? "limit" : now - from > marks.target_s * 1000 ? "target" : ""));
  return (
    <span className={classes.wait} data-over={over}>
      {waited}
    </span>
  );
}

function Today({ room }: { room: ControlRoom | undefined }) {
  if (room === undefined) return null;
  const { today, marks } = room;
  const rows = [
    { seconds: marks.target_s, part: today.within_target, percent: today.within_target_percent, met: today.target_met, mark: marks.target_percent },
    { seconds: marks.limit_s, part: today.within_limit, percent: today.within_limit_percent, met: today.limit_met, mark: marks.limit_percent },
  ];
  return (
    <section className={classes.today} aria-label={words.today}>
      <h2>{words.today}</h2>
      {rows.map((row) => (
        <div key={row.seconds} className={classes.mark} data-met={row.met ?? undefined}>
          <span className={classes.share}>{row.percent == null ? "–" : words.percent(Math.floor(row.percent * 10) / 10)}</span>
          <span>{words.inTime(row.seconds)}</span>
          <span>{today.calls === 0 ? words.noCalls : words.of(row.part, today.calls)}</span>
          <span className={classes.held}>{row.met == null ? words.mark(row.mark) : row.met ? words.met(row.mark) : words.missed(row.mark)}</span>
        </div>
      ))}
    </section>
  );
}

function Silent({ room }: { room: ControlRoom | undefined }) {
  const now = useNow();
  if (room === undefined) return null;
  const { count, homes } = room.silent;
  return (
    <section className={classes.silent} aria-label={words.silent} data-some={count > 0}>
      <h2>
        {words.silent} <b>{count}</b>
      </h2>
      {count === 0 && <p>{words.allHeard}</p>}
      <ul>
        {homes.slice(0, SILENT_SHOWN).map((home) => (
          <li key={home.home}>
            <span dir="auto">{home.name}</span> <b>{shortSpan(now - Date.parse(home.since))}</b>
          </li>
        ))}
      </ul>
      {count > SILENT_SHOWN && <p>{words.more(count - SILENT_SHOWN)}</p>}
    </section>
  );
}

function Present({ room }: { room: ControlRoom | undefined }) {
  if (room === undefined) return null;
  const names = room.present.slice(0, NAMES_SHOWN);
  return (
    <section className={classes.present} aria-label={words.present} data-nobody={room.present.length === 0}>
      <h2>
        {words.present} <b>{room.present.length}</b>
      </h2>
      {room.present.length === 0 ? (
        <p>{words.nobodyPresent}</p>
      ) : (
        <ul>
          {names.map((person) => (
            <li key={person.id} dir="auto">
              {person.name}
            </li>
          ))}
        </ul>
      )}
      {room.present.length > NAMES_SHOWN && <p>{words.more(room.present.length - NAMES_SHOWN)}</p>}
    </section>
  );
}
