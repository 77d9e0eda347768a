import { Expand, Maximize2, Minus, Plus } from "lucide-react";
import { Button } from "~/ui/button";
import { Tooltip } from "~/ui/tooltip";
import type { GraphScene } from "./scene";

export function ZoomButtons({ scene, onFullScreen }: { scene: GraphScene | null; onFullScreen: () => void }) {
  const buttons = [
    { label: "Zoom in", key: "+", icon: Plus, act: () => scene?.zoom(1 / 1.5) },
    { label: "Zoom out", key: "−", icon: Minus, act: () => scene?.zoom(1.5) },
    { label: "The whole graph", key: "0", icon: Maximize2, act: () => scene?.fit() },
    { label: "Full screen", key: "F", icon: Expand, act: onFullScreen },
  ];
  return (
    <div
      role="group"
      aria-label="View"
      className="absolute top-3 right-3 grid gap-1 rounded-lg border bg-raised p-1 shadow-card"
    >
      {buttons.map(({ label, key, icon: Icon, act }) => (
        <Tooltip key={label} text={`${label} (${key})`}>
          <Button variant="ghost" size="icon" aria-label={label} onClick={act}>
            <Icon aria-hidden="true" />
          </Button>
        </Tooltip>
      ))}
    </div>
  );
}
