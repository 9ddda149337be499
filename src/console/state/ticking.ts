import { tick } from '../clock.ts';

const tickMs = 5_000;

/** Lets the time go on for as long as the page is seen. */
export function keepTime(): () => void {
  const ticking = setInterval(() => {
    if (!document.hidden) tick();
  }, tickMs);
  return () => clearInterval(ticking);
}
