const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The clock's time, and the day where it turns; days alone where no time of day is between them. */
export const axisTimes = (atMs: readonly number[]): string[] => {
  const days = atMs.map((ms) => day.format(ms));
  const isDaily = new Set(days).size === days.length && days.length > 1;
  return atMs.map((ms, index) =>
    isDaily || (index > 0 && days[index] !== days[index - 1]) ? (days[index] ?? '') : clock.format(ms),
  );
};
