// The head of the pages of who may do what, with the way between them.

import { Group, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { accessWords as words } from "../../text/en.ts";
import classes from "./access.module.css";

const SECTIONS = [
  { to: "/users", label: words.users },
  { to: "/tokens", label: words.tokens },
] as const;

export function Sections({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="center">
      <Title order={1} size="h3">
        {title}
      </Title>
      <Group gap="sm">
        <Group component="nav" gap={4} aria-label={words.sections}>
          {SECTIONS.map(({ to, label }) => (
            <Link key={to} to={to} className={classes.section} activeOptions={{ exact: true }} activeProps={{ "aria-current": "page" }}>
              {label}
            </Link>
          ))}
        </Group>
        {children}
      </Group>
    </Group>
  );
}
