// The layers of a rota in words, the highest first as it decides first.

import { Text } from "@mantine/core";
import { Fragment } from "react";

import { rotasWords as words } from "../../text/en.ts";
import { clockTime, date } from "../../time/format.ts";
import { DAYS, type DutyWindow, type Layer } from "./layers.ts";

interface Props {
  layers: readonly Layer[];
  zone: string;
  name: (id: string) => string;
}

function daysOf(window: DutyWindow): string {
  const days = DAYS.filter((day) => window.days?.includes(day));
  return days.length === 0 || days.length === 7 ? words.layers.everyDay : days.map((day) => words.days[day]).join(", ");
}

/** With its year: layers begin long before they are read. */
function moment(at: string, zone: string): string {
  return `${date(at, zone)}, ${clockTime(at, zone, zone)}`;
}

/** When they take turns and at which hours, as one line. */
function told(layer: Layer, zone: string): string {
  const { every, count = 1, on, at } = layer.hand_over;
  const parts = [words.layers.turn(count, every)];
  if (at != null) parts.push(words.layers.handOver(on == null ? "" : words.days[on], at.slice(0, 5)));
  for (const window of layer.windows ?? []) parts.push(words.layers.window(daysOf(window), window.from.slice(0, 5), window.to.slice(0, 5)));
  parts.push(words.layers.starts(moment(layer.starts_at, zone)));
  if (layer.ends_at != null) parts.push(words.layers.ends(moment(layer.ends_at, zone)));
  return parts.join(" · ");
}

export function Layers({ layers, zone, name }: Props) {
  return [...layers].reverse().map((layer) => (
    <div key={layer.name}>
      <Text size="sm">
        <Text span fw={600} inherit>
          <bdi>{layer.name}</bdi>:
        </Text>
        {layer.persons.map((person, n) => (
          // Somebody may take several turns; the arrow points the same way whatever the names are written in.
          <Fragment key={n}>
            {n === 0 ? " " : " → "}
            <bdi>{name(person)}</bdi>
          </Fragment>
        ))}
      </Text>
      <Text size="xs" c="dimmed">
        {told(layer, zone)}
      </Text>
    </div>
  ));
}
