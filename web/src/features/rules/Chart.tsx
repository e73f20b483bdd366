// What charts share: a drawing as wide as its place, in pixels, so that its letters keep their size; a key; and the table beside it.

import { Group, Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./charts.module.css";
import { Heading } from "./RuleWords.tsx";

export type Sort = "now" | "proposed" | "gained" | "lost";

interface Props {
  title: string;
  keys: { sort: Sort; label: string }[];
  height: number;
  /** Draws into so many pixels. */
  draw: (width: number) => ReactNode;
  table: ReactNode;
  note?: string | null;
}

export function Chart({ title, keys, height, draw, table, note = null }: Props) {
  const { ref, width } = useElementSize();
  return (
    <section aria-label={title}>
      <Heading>{title}</Heading>
      <Group gap="md" mb={4}>
        {keys.map(({ sort, label }) => (
          <Group key={sort} gap={6}>
            <span className={`${classes.key ?? ""} ${classes[sort] ?? ""}`} />
            <Text size="sm">{label}</Text>
          </Group>
        ))}
        {note !== null && <Text size="sm">{note}</Text>}
      </Group>
      <div className={classes.beside}>
        <div ref={ref}>
          {/* The numbers stand in the table: a reader of screens is sent there. */}
          {width > 0 && (
            <svg className={classes.chart} role="img" aria-label={title} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
              {draw(width)}
            </svg>
          )}
        </div>
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
          {table}
        </div>
      </div>
    </section>
  );
}
