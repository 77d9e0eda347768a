import { Skeleton } from "~/ui/skeleton";

/** The frame in grey, for the moment before it is known who is there. */
export function ShellSkeleton() {
  return (
    <div className="flex h-dvh overflow-hidden bg-canvas" role="status" aria-label="Loading">
      <div className="hidden w-60 shrink-0 flex-col gap-3 p-4 lg:flex">
        <div className="flex items-center gap-3">
          <Skeleton className="size-7 rounded-md" />
          <Skeleton className="h-4 w-28" />
        </div>
        <Skeleton className="mt-2 h-8 w-full rounded-md" />
        {["w-24", "w-32", "w-20", "w-36"].map((width) => (
          <Skeleton key={width} className={`mt-2 h-4 ${width}`} />
        ))}
      </div>
      <div className="flex-1 bg-surface lg:my-2 lg:mr-2 lg:rounded-xl lg:shadow-panel">
        <div className="h-12 border-b" />
        <div className="mx-auto grid max-w-[1152px] gap-4 p-8">
          <Skeleton className="h-7 w-56" />
          <Skeleton className="h-36 w-full rounded-lg" />
          <Skeleton className="h-72 w-full rounded-lg" />
        </div>
      </div>
    </div>
  );
}
