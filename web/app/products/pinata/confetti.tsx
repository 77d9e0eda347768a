import type { CSSProperties } from "react";

const colors = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6"];

interface Piece {
  x: number;
  y: number;
  turn: number;
  delay: number;
  color: string;
}

/** Where the pieces fly: fixed, so that every burst is as good as the first. */
function pieces(count: number): Piece[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = -Math.PI * (0.08 + 0.84 * ((index * 0.618) % 1));
    const force = 60 + ((index * 37) % 70);
    return {
      x: Math.cos(angle) * force,
      y: Math.sin(angle) * force,
      turn: ((index * 83) % 720) - 360,
      delay: (index % 5) * 18,
      color: colors[index % colors.length] ?? "--c1",
    };
  });
}

const burst = pieces(44);

/** What is inside a piñata, once. Nothing moves for those who asked for less motion: the style sheet hides it. */
export function Confetti() {
  return (
    <span aria-hidden="true" className="pointer-events-none absolute top-1/2 left-1/2 motion-reduce:hidden">
      {burst.map((piece, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list
          key={index}
          className="confetti"
          style={
            {
              "--x": `${piece.x}px`,
              "--y": `${piece.y}px`,
              "--turn": `${piece.turn}deg`,
              animationDelay: `${piece.delay}ms`,
              background: `var(${piece.color})`,
            } as CSSProperties
          }
        />
      ))}
    </span>
  );
}
