// Lists of any length: page after page by the server's cursor, with what is known left standing while more comes.

import { Button, Group, Text } from "@mantine/core";
import { type QueryKey, useInfiniteQuery } from "@tanstack/react-query";

import { Refused } from "../shell/Refused.tsx";
import { lists } from "../text/en.ts";

export interface Page<T> {
  items: T[];
  next?: string | null;
}

/** All pages that were asked for so far, as one list. `read` asks for the page after `cursor`, which goes into the query as it is. */
export function usePages<T>(key: QueryKey, read: (cursor: { cursor?: string }) => Promise<Page<T>>, again_ms?: number) {
  const asked = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    ...(again_ms === undefined ? {} : { refetchInterval: again_ms }),
    placeholderData: (before) => before,
  });
  return { ...asked, items: asked.data?.pages.flatMap((page) => page.items) ?? [] };
}

/** What stands under a list: that it is empty, what went wrong, or the way to more. */
export function ListEnd({ list, empty }: { list: ReturnType<typeof usePages>; empty: string }) {
  return (
    <>
      {list.error !== null && <Refused error={list.error} retry={() => void list.refetch()} />}
      {list.isSuccess && list.items.length === 0 && <Text size="sm">{empty}</Text>}
      {list.hasNextPage && (
        <Group>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {lists.more}
          </Button>
        </Group>
      )}
    </>
  );
}
