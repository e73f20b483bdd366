// Who lives there, whole, and whom to call.

import { Badge, Button, Checkbox, Group, Paper, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { PersonEvidence } from "../../evidence/PersonEvidence.tsx";
import { Refused } from "../../shell/Refused.tsx";
import { homesWords as words } from "../../text/en.ts";
import { useNow } from "../../time/clock.ts";
import { age } from "../../time/format.ts";
import { Contacts } from "./Contacts.tsx";
import { type Home, send, useHomeChange, useResidentNames, useResidents } from "./data.ts";
import { Fact, Part } from "./HomeNow.tsx";
import classes from "./homes.module.css";
import { ResidentForm } from "./ResidentForm.tsx";

type Resident = Schemas["Resident"];

export function People({ home, mayChange }: { home: Home; mayChange: boolean }) {
  const [archived, setArchived] = useState(false);
  return (
    <Stack gap="sm">
      {mayChange && <Checkbox label={words.people.showArchived} checked={archived} onChange={(event) => setArchived(event.currentTarget.checked)} />}
      <div className={classes.columns}>
        <Residents home={home} archived={archived} mayChange={mayChange} />
        <Contacts home={home} archived={archived} mayChange={mayChange} />
      </div>
    </Stack>
  );
}

function Residents({ home, archived, mayChange }: { home: Home; archived: boolean; mayChange: boolean }) {
  const listed = useResidentNames(home.id, archived);
  const { records, error } = useResidents((listed.data?.items ?? []).map((each) => each.id));
  const [doing, setDoing] = useState<"add" | Resident | null>(null);
  const done = () => setDoing(null);
  return (
    <Part title={words.people.residents}>
      <Stack gap="xs">
        {listed.error !== null && <Refused error={listed.error} retry={() => void listed.refetch()} />}
        {error !== null && <Refused error={error} />}
        {listed.data?.items.length === 0 && <Text size="sm">{words.people.nobody}</Text>}
        {records.map((resident) =>
          doing !== "add" && doing?.id === resident.id ? (
            <ResidentForm key={resident.id} home={home.id} resident={resident} done={done} cancel={done} />
          ) : (
            <Card key={resident.id} resident={resident} mayChange={mayChange} edit={() => setDoing(resident)} />
          ),
        )}
        {doing === "add" && <ResidentForm home={home.id} done={done} cancel={done} />}
        {mayChange && doing === null && (
          <Group>
            <Button size="compact-md" variant="default" onClick={() => setDoing("add")}>
              {words.people.add}
            </Button>
          </Group>
        )}
      </Stack>
    </Part>
  );
}

function Card({ resident, mayChange, edit }: { resident: Resident; mayChange: boolean; edit: () => void }) {
  const now = useNow();
  const archive = useHomeChange((archived: boolean) => send.changeResident(resident.id, { archived }));
  const gone = resident.archived_at != null;
  const facts: [string, string | null | undefined][] = [
    [words.people.preferred, resident.preferred_name],
    [words.people.language, resident.language],
    [words.people.hearing, resident.hearing],
    [words.people.born, resident.born == null ? null : `${resident.born}, ${words.people.years(age(resident.born, now))}`],
    [words.people.medical, resident.medical],
    [words.people.risks, resident.risks],
    [words.people.notes, resident.notes],
  ];
  return (
    <Paper withBorder p="sm" component="article" aria-label={resident.name}>
      <Group gap="xs" mb={4}>
        <Text fw={700} size="lg" dir="auto">
          {resident.name}
        </Text>
        {resident.vulnerability !== "usual" && <Badge color="red" variant="filled">{words.people.badge[resident.vulnerability]}</Badge>}
        {gone && <Badge color="gray" variant="filled">{words.archived}</Badge>}
      </Group>
      <dl className={classes.facts}>
        {facts.map(([label, text]) => (
          <Fact key={label} label={label} text={text ?? ""} />
        ))}
      </dl>
      <Group gap="xs" mt={8}>
        {mayChange && !gone && (
          <Button size="compact-sm" variant="default" aria-label={words.people.editTitle(resident.name)} onClick={edit}>
            {words.people.edit}
          </Button>
        )}
        {mayChange && (
          <Button size="compact-sm" variant="default" loading={archive.isPending} aria-label={gone ? words.people.restore(resident.name) : words.people.archive(resident.name)} onClick={() => archive.mutate(!gone)}>
            {gone ? words.people.restoreShort : words.people.archiveShort}
          </Button>
        )}
        <Link to="/homes/$id" params={{ id: resident.home }} search={{ part: "plan", resident: resident.id }} className={classes.link}>
          {words.people.plan}
        </Link>
        <PersonEvidence person={resident} home={resident.home} />
      </Group>
      {archive.error !== null && <Refused error={archive.error} />}
    </Paper>
  );
}
