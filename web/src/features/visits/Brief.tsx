// What whoever goes there has to know: where it is, how to get in, what happened, who lives there.

import { Button, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client.ts";
import { visitsWords as words } from "../../text/en.ts";
import classes from "./visits.module.css";

type Known = Schemas["Brief"];

export function Directions({ brief }: { brief: Known }) {
  const address = [brief.address, brief.locality].filter((part) => part !== "").join(", ");
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
  };
  return (
    <section aria-label={words.directions.title}>
      <Title order={2} size="h4">
        {words.directions.title}
      </Title>
      <Text dir="auto">{brief.home}</Text>
      <div className={classes.address} dir="auto">
        {address}
      </div>
      <Stack gap="xs" mt="xs">
        {/* Handed to the phone's own map; this page asks nobody for it. */}
        <Button className={classes.touch} component="a" variant="default" href={`geo:0,0?q=${encodeURIComponent(address)}`}>
          {words.directions.map}
        </Button>
        {"clipboard" in navigator && (
          <Button className={classes.touch} variant="default" onClick={() => void copy()}>
            {copied ? words.directions.copied : words.directions.copy}
          </Button>
        )}
      </Stack>
      <Title order={3} size="h5" mt="sm">
        {words.directions.access}
      </Title>
      <p className={classes.words} dir="auto">
        {brief.access_notes === "" ? words.directions.none : brief.access_notes}
      </p>
    </section>
  );
}

export function Circumstances({ brief }: { brief: Known }) {
  return (
    <section aria-label={words.brief.title}>
      <Title order={2} size="h4">
        {words.brief.title}
      </Title>
      <Text fw={700} dir="auto">
        {brief.alarm}
      </Text>
      <p className={classes.words} dir="auto">
        {brief.circumstances}
      </p>
      {brief.device != null && (
        <Text dir="auto">
          {words.brief.device}: {brief.device}
        </Text>
      )}
      {brief.call_back != null && (
        <Button className={classes.touch} component="a" href={brief.call_back} fullWidth mt="xs">
          {words.brief.call}
        </Button>
      )}
    </section>
  );
}

export function People({ brief }: { brief: Known }) {
  return (
    <section aria-label={words.brief.people}>
      <Title order={2} size="h4">
        {words.brief.people}
      </Title>
      {brief.residents.length === 0 && <Text>{words.brief.nobody}</Text>}
      <Stack gap="sm">
        {brief.residents.map((person, n) => (
          <div key={n}>
            <div className={classes.name} dir="auto">
              {person.name}
            </div>
            {person.preferred_name != null && person.preferred_name !== "" && <Text dir="auto">{words.brief.preferred(person.preferred_name)}</Text>}
            {person.language != null && person.language !== "" && (
              <Text dir="auto">
                {words.brief.language}: {person.language}
              </Text>
            )}
            {person.hearing !== "" && (
              <Text dir="auto">
                {words.brief.hearing}: {person.hearing}
              </Text>
            )}
            {person.risks !== "" && (
              <p className={`${classes.words} ${classes.warn}`} dir="auto">
                <b>{words.brief.risks}:</b> {person.risks}
              </p>
            )}
            {person.medical !== "" && (
              <p className={classes.words} dir="auto">
                <b>{words.brief.medical}:</b> {person.medical}
              </p>
            )}
          </div>
        ))}
      </Stack>
      <Title order={3} size="h5" mt="sm">
        {words.brief.keys}
      </Title>
      {brief.key_holders.length === 0 && <Text>{words.brief.noKeys}</Text>}
      <ul className={classes.plain}>
        {brief.key_holders.map((each, n) => (
          <li key={n}>
            <span>
              <bdi>{each.name}</bdi>
              {each.relation !== "" && (
                <>
                  , <bdi>{each.relation}</bdi>
                </>
              )}
            </span>
            <Button className={classes.touch} component="a" variant="default" fullWidth href={`tel:${each.telephone.replaceAll(/[^+\d]/g, "")}`}>
              {each.telephone}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
