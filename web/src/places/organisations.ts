// The organisations that the reader may see: a handful, asked for once.

import { useQuery } from "@tanstack/react-query";

import { body, client, type Schemas } from "../api/client.ts";

export type Organisation = Schemas["Organisation"];

const NONE: readonly Organisation[] = [];

export function useOrganisations(): readonly Organisation[] {
  const asked = useQuery({ queryKey: ["organisations"], queryFn: () => body(client.GET("/api/v1/organisations", { params: { query: { limit: 500 } } })), staleTime: 300_000 });
  return asked.data?.items ?? NONE;
}
