import { existsSync, readFileSync } from 'node:fs';

export interface Memory {
  /** The largest resident size seen, in MB; zero where the system does not tell. */
  worstMb(): number;
  /** Over what it was at the beginning. */
  grownMb(): number;
  stop(): void;
}

const everyMs = 200;

export function watchMemory({ child }: { readonly child: { readonly pid?: number | undefined } }): Memory {
  const file = `/proc/${child.pid}/status`;
  const residentMb = (): number => {
    const kb = existsSync(file) ? /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    return Number(kb ?? 0) / 1024;
  };
  const first = residentMb();
  let worst = first;
  const look = (): void => {
    worst = Math.max(worst, residentMb());
  };
  const timer = setInterval(look, everyMs);
  return {
    worstMb: () => Math.round(worst),
    grownMb: () => Math.round(worst - first),
    stop: () => clearInterval(timer),
  };
}
