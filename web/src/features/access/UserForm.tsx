// A user to add or to change.

import { Paper, Title } from "@mantine/core";
import { useState } from "react";

import { type Field, RecordForm, type Values } from "../../form/RecordForm.tsx";
import { useOrganisations } from "../../places/organisations.ts";
import { useSignedIn } from "../../session/session.ts";
import { accessWords } from "../../text/en.ts";
import { send, useAccessChange, type User } from "./data.ts";
import { GrantFields } from "./GrantFields.tsx";
import { type Grant, placesToGive, ROLES_OF_PEOPLE } from "./grants.ts";

const words = accessWords.user;

const NAME: Field = { name: "name", label: words.name, hint: words.nameHint, required: true };
const EMAIL: Field = { name: "email", label: words.email, hint: words.emailHint };
const LOGIN: Field = { name: "login", label: words.loginLabel, hint: words.loginHint, required: true };
const PASSWORD: Field = { name: "password", label: words.password, hint: words.passwordHint, kind: "password", required: true };

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

interface Props {
  /** Absent: a new one. */
  user?: User;
  done: (user: User) => void;
  cancel: () => void;
}

export function UserForm({ user, done, cancel }: Props) {
  const organisations = useOrganisations();
  const first = placesToGive(useSignedIn(), organisations)[0]?.id ?? "";
  const [chosen, setGrants] = useState<Grant[] | null>(user?.grants ?? null);
  const grants = chosen ?? [{ role: "operator" as const, organisation: first === "" ? null : first }];
  const saving = useAccessChange(({ name, email, login, password }: Values) => {
    const shared = { name: text(name), email: text(email) === "" ? null : text(email), grants };
    return user === undefined ? send.addUser({ ...shared, login: text(login), password: text(password) }) : send.changeUser(user.id, shared);
  });
  const title = user === undefined ? words.addTitle : words.changeTitle;
  return (
    <Paper withBorder p="sm" maw={760}>
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      <RecordForm
        label={title}
        fields={user === undefined ? [NAME, LOGIN, PASSWORD, EMAIL] : [NAME, EMAIL]}
        initial={user === undefined ? {} : { name: user.name, email: user.email ?? "" }}
        {...(user === undefined ? { send: words.send } : {})}
        save={async (values) => done(await saving.mutateAsync(values))}
        done={() => undefined}
        cancel={cancel}
      >
        <GrantFields grants={grants} roles={ROLES_OF_PEOPLE} set={setGrants} />
      </RecordForm>
    </Paper>
  );
}
