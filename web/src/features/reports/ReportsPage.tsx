// The reports there are, each with what it answers.

import { Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { reportsWords as words, schedulesWords } from "../../text/en.ts";
import { NAMES } from "./data.ts";
import classes from "./reports.module.css";

export function ReportsPage() {
  return (
    <Only page="reports">
      <List />
    </Only>
  );
}

function List() {
  const mayProve = manages(useSignedIn());
  return (
    <Stack gap="sm">
      <Title order={1} size="h3">
        {words.title}
      </Title>
      <Text size="sm">{words.explained}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="sm" component="ul" className={classes.list}>
        {NAMES.map((name) => (
          <Paper key={name} withBorder p="sm" component="li">
            <Link to="/reports/$name" params={{ name }} className={classes.name}>
              {words.names[name]}
            </Link>
            <Text size="sm">{words.about[name]}</Text>
          </Paper>
        ))}
        <Paper withBorder p="sm" component="li">
          <Link to="/reports/schedules" className={classes.name}>
            {schedulesWords.title}
          </Link>
          <Text size="sm">{schedulesWords.hint}</Text>
        </Paper>
        {mayProve && (
          <Paper withBorder p="sm" component="li">
            <Link to="/reports/evidence" className={classes.name}>
              {words.evidence}
            </Link>
            <Text size="sm">{words.evidenceHint}</Text>
          </Paper>
        )}
      </SimpleGrid>
    </Stack>
  );
}
