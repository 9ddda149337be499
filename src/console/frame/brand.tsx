/** Our mark and name. */
export function Brand() {
  return (
    <span class="brand">
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" />
        <path d="M9 8v9a4.5 4.5 0 0 0 9 0" />
        <path class="thread" d="M14.5 24h8.5M19.5 8h4M19.5 13h4" />
      </svg>
      hookstitch
    </span>
  );
}
