// What charts share: a drawing as wide as its place, in pixels, so that its letters keep their size; a key; and the table beside it, where it has one of its own.

import { Group, Text, Title } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import type { ReactNode } from "react";

import classes from "./charts.module.css";

/** How a bar or a line is drawn: what it stands for in a comparison, or only its place among others. */
export type Sort = "now" | "proposed" | "gained" | "lost" | "s1" | "s2" | "s3" | "s4" | "s5" | "s6" | "mark";

export const SERIES = ["s1", "s2", "s3", "s4", "s5", "s6"] as const;

export interface Key {
  sort: Sort;
  label: string;
  line?: boolean;
}

interface Props {
  title: string;
  keys: Key[];
  height: number;
  /** Draws into so many pixels. */
  draw: (width: number) => ReactNode;
  /** Where there is none, its numbers stand in a table near by. */
  table?: ReactNode;
  note?: string | null;
  order?: 2 | 3;
}

export function Chart({ title, keys, height, draw, table, note = null, order = 2 }: Props) {
  const { ref, width } = useElementSize();
  const drawing = (
    <div ref={ref}>
      {/* The numbers stand in the table: a reader of screens is sent there. */}
      {width > 0 && (
        <svg className={classes.chart} role="img" aria-label={title} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          {draw(width)}
        </svg>
      )}
    </div>
  );
  return (
    <section aria-label={title} className={classes.whole}>
      <Title order={order} size={order === 2 ? "h5" : "h6"} mb={4}>
        {title}
      </Title>
      {(keys.length > 0 || note !== null) && (
        <Group gap="2px 12px" mb={4}>
          {keys.map((key) => (
            <Group key={`${key.sort} ${key.label}`} gap={6} wrap="nowrap">
              <Swatch of={key} />
              <Text size="sm" dir="auto">
                {key.label}
              </Text>
            </Group>
          ))}
          {note !== null && <Text size="sm">{note}</Text>}
        </Group>
      )}
      {table === undefined ? (
        drawing
      ) : (
        <div className={classes.beside}>
          {drawing}
          <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
            {table}
          </div>
        </div>
      )}
    </section>
  );
}

function Swatch({ of }: { of: Key }) {
  if (of.line !== true) return <span className={`${classes.key ?? ""} ${classes[of.sort] ?? ""}`} />;
  return (
    <svg className={classes.sample} width={28} height={12} aria-hidden="true">
      <line className={`${classes.line ?? ""} ${classes[of.sort] ?? ""}`} x1={0} x2={28} y1={6} y2={6} />
    </svg>
  );
}
