// The head of the pages about rules, with the way between them.

import { Group, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { manages, useSignedIn } from "../../session/session.ts";
import { rulesWords as words } from "../../text/en.ts";
import classes from "./rules.module.css";

const SECTIONS = [
  { to: "/rules", label: words.inForce },
  { to: "/rules/backtest", label: words.backtest },
  { to: "/rules/revisions", label: words.revisions },
] as const;

export function Sections({ title, children }: { title: string; children?: ReactNode }) {
  const mayChange = manages(useSignedIn());
  return (
    <Group justify="space-between" align="center">
      <Title order={1} size="h3" dir="auto">
        {title}
      </Title>
      {children}
      {mayChange && (
        <Group component="nav" gap={4} aria-label={words.sections}>
          {SECTIONS.map(({ to, label }) => (
            <Link key={to} to={to} className={classes.section} activeOptions={{ exact: true }} activeProps={{ "aria-current": "page" }}>
              {label}
            </Link>
          ))}
        </Group>
      )}
    </Group>
  );
}
