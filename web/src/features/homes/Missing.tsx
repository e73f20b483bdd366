// A home is being installed until each of its sensors was heard: what is missing.

import { Alert, Badge, List } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { homesWords as words } from "../../text/en.ts";
import type { State } from "./data.ts";
import classes from "./homes.module.css";
import { deviceName } from "./names.ts";

/** Darker than Mantine's orange, on which white letters are hard to read. */
export function NotReady() {
  return (
    <Badge color="#9a3412" variant="filled">
      {words.installing}
    </Badge>
  );
}

export function Missing({ state }: { state: State }) {
  const { complete, no_gateway, unheard_gateways, unheard_devices } = state.installation;
  if (complete) return null;
  const named = (id: string) => {
    const device = state.devices.find((each) => each.id === id);
    return device === undefined ? id : deviceName(device);
  };
  return (
    <Alert color="orange" role="status">
      <b>{words.missing.title}.</b> {words.missing.explained}
      <List size="sm" mt={4}>
        {no_gateway && <List.Item>{words.missing.noGateway}</List.Item>}
        {unheard_gateways.map((id) => (
          <List.Item key={id}>{words.missing.gateway(id)}</List.Item>
        ))}
        {unheard_devices.map((id) => (
          <List.Item key={id} dir="auto">
            {words.missing.device(named(id))}
          </List.Item>
        ))}
      </List>
      <Link to="/homes/$id" params={{ id: state.home }} search={{ part: "equipment" }} className={classes.plainLink}>
        {words.missing.go}
      </Link>
    </Alert>
  );
}
