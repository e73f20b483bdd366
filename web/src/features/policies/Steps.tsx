// The steps of a policy as people read them: when, and who is told.

import { List, Text } from "@mantine/core";
import { Fragment } from "react";

import { policiesWords as words } from "../../text/en.ts";
import type { Known } from "./data.ts";
import { type Policy, moments, type Target, wait } from "./steps.ts";

function told(target: Target, known: Known): string {
  if (target.role != null) return target.role in words.steps.roles ? words.steps.roles[target.role as keyof typeof words.steps.roles] : target.role;
  if (target.rota != null) return words.steps.rota(known.rota(target.rota));
  if (target.user != null) return words.steps.user(known.person(target.user));
  if (target.contact != null) return words.steps.contact(target.contact);
  return target.webhook == null ? words.steps.nobody : words.steps.webhook(known.webhook(target.webhook));
}

export function Steps({ policy, known }: { policy: Policy; known: Known }) {
  const at = moments(policy.steps);
  return (
    <>
      <List type="ordered" size="sm" spacing={2}>
        {policy.steps.map((step, n) => (
          // Steps have no name but their place.
          <List.Item key={n}>
            <b>{(at[n] ?? 0) === 0 ? words.steps.atOnce : words.steps.after(wait(step.after_s), wait(at[n] ?? 0))}</b>:{" "}
            {step.targets.map((target, m) => (
              <Fragment key={m}>
                {m > 0 && ", "}
                <bdi>{told(target, known)}</bdi>
              </Fragment>
            ))}
          </List.Item>
        ))}
      </List>
      <Text size="sm" pl="md">
        {words.steps.repeat(wait(policy.repeat_s))}
      </Text>
    </>
  );
}
