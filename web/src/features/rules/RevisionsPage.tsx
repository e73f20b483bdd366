// The revisions of the rules: who made each and why, and which is in force.

import { Badge, Button, Group, Stack, Table } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { ListEnd } from "../../lists/pages.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { manages, useSignedIn } from "../../session/session.ts";
import { Only } from "../../shell/Frame.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { rulesWords as words, shell } from "../../text/en.ts";
import { clockTime, date } from "../../time/format.ts";
import { ActivateButton } from "./Activation.tsx";
import { useRevisions } from "./data.ts";
import classes from "./rules.module.css";
import { Sections } from "./Sections.tsx";

/** What a telephone has no room for; the page of the revision tells it. */
const ON_A_DESK: ReadonlySet<string> = new Set(["who", "scope", "base"]);

export function RevisionsPage() {
  const may = manages(useSignedIn());
  return <Only page="rules">{may ? <Revisions /> : <Refused error={new Error(shell.notYours)} />}</Only>;
}

function Revisions() {
  const list = useRevisions();
  const organisations = useOrganisations();
  const owner = (id: string | null | undefined) => (id == null ? words.everywhere : (organisations.find((each) => each.id === id)?.name ?? id));
  return (
    <Stack gap="sm">
      <Sections title={words.revisions} />
      {list.items.length > 0 && (
        <div className={classes.scroll}>
          <Table verticalSpacing={4} className={classes.list}>
            <Table.Thead>
              <Table.Tr>
                {Object.entries(words.revision.columns).map(([name, label]) => (
                  <Table.Th key={name} {...(ON_A_DESK.has(name) ? { visibleFrom: "sm" } : {})}>
                    {label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.items.map((each) => (
                <Table.Tr key={each.revision}>
                  <Table.Td>
                    <Group gap={6}>
                      <Link to="/rules/revisions/$n" params={{ n: String(each.revision) }} className={classes.link} aria-label={words.revision.open(each.revision)}>
                        {each.revision}
                      </Link>
                      {each.active && <Badge variant="filled" color="teal.9" size="sm">{words.revision.active}</Badge>}
                    </Group>
                  </Table.Td>
                  <Table.Td>
                    {date(each.created_at)}, {clockTime(each.created_at)}
                  </Table.Td>
                  <Table.Td visibleFrom="sm" dir="auto">
                    {each.author_name ?? each.author}
                  </Table.Td>
                  <Table.Td visibleFrom="sm" dir="auto">
                    {owner(each.organisation)}
                  </Table.Td>
                  <Table.Td visibleFrom="sm">{words.revision.base(each.base)}</Table.Td>
                  <Table.Td dir="auto">{each.reason}</Table.Td>
                  <Table.Td>
                    {!each.active && (
                      <Group gap={6}>
                        <Button size="compact-sm" variant="default" aria-label={words.revision.tryOut(each.revision)} renderRoot={(props) => <Link to="/rules/backtest" search={{ revision: String(each.revision) }} {...props} />}>
                          {words.revision.tryShort}
                        </Button>
                        <ActivateButton revision={each.revision} label={words.revision.activate} quiet />
                      </Group>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <ListEnd list={list} empty={words.revision.none} />
    </Stack>
  );
}
