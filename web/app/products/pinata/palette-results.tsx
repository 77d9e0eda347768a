import { useInfiniteQuery } from "@tanstack/react-query";
import { Activity, FolderGit2 } from "lucide-react";
import { useSettled } from "~/lib/hooks";
import { Group, Item } from "~/shell/palette";
import { repositoriesQuery } from "./api";

/** Repositories and their newest scans by what is typed. */
export function PaletteResults({ org, query, go }: { org: string; query: string; go: (to: string) => void }) {
  const found = useInfiniteQuery(repositoriesQuery(org, useSettled(query.trim(), 150))).data?.pages[0]?.items ?? [];
  if (found.length === 0) return null;
  return (
    <Group heading="Repositories">
      {found.slice(0, 6).map((one) => (
        <Item
          key={one.id}
          icon={FolderGit2}
          value={`${one.name} ${one.id}`}
          onSelect={() => go(`/${org}/pinata/repositories/${one.id}`)}
        >
          {one.name}
        </Item>
      ))}
      {found.slice(0, 3).map(
        (one) =>
          one.last_scan && (
            <Item
              key={one.last_scan.id}
              icon={Activity}
              value={`${one.name} scan ${one.last_scan.id}`}
              onSelect={() => go(`/${org}/pinata/scans/${one.last_scan?.id}`)}
            >
              {one.name}, scan #{one.last_scan.number}
            </Item>
          ),
      )}
    </Group>
  );
}
