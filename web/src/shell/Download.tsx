// A button that fetches a file, says while it is made, and tells what the server said against it.

import { Button, type ButtonProps, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { keep } from "../api/download.ts";

interface Props extends ButtonProps {
  path: string;
  /** What the file is to be called. */
  file: string;
  label: string;
  /** What a reader of screens hears, where the label alone does not say enough. */
  said?: string;
}

export function Download({ path, file, label, said, ...rest }: Props) {
  const fetching = useMutation({ mutationFn: () => keep(path, file) });
  return (
    <span>
      <Button variant="default" size="compact-md" {...rest} aria-label={said ?? label} loading={fetching.isPending} onClick={() => fetching.mutate()}>
        {label}
      </Button>
      {fetching.error !== null && (
        <Text role="alert" size="sm" c="var(--mantine-color-error)">
          {fetching.error.message}
        </Text>
      )}
    </span>
  );
}
