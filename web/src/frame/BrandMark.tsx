/** A beam on its fulcrum: quality hangs left, cost right. */
export function BrandMark() {
  return (
    <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" fill="none">
      <path d="M12 6v13M8 19.5h8M3.5 8.5l17-4" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
      <circle cx="4.5" cy="12.4" r="2.6" fill="var(--quality-fill)" />
      <rect x="17.1" y="6.6" width="4.8" height="4.8" rx="0.8" fill="var(--cost-fill)" />
    </svg>
  );
}
