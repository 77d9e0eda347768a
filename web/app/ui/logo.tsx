/** Tenantry's mark: rooms under one roof, one of them lit. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="8" fill="var(--primary)" />
      <path
        d="M9 22V12.5L16 9l7 3.5V22M16 9v13M9 22h14"
        fill="none"
        stroke="var(--primary-fg)"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <circle cx="16" cy="16" r="3.2" fill="oklch(0.66 0.18 42)" />
    </svg>
  );
}
